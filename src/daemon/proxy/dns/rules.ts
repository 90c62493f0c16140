import { seededRandom } from '../../../kit/random.ts'
import type { DnsAnswer } from '../../../model/cluster/node-action.ts'
import { globMatches } from '../glob.ts'
import { ActiveFault } from '../helper/active-fault.ts'
import { addressBytes, randomAddress } from './addresses.ts'
import {
  CLASS_IN,
  carriesMark,
  parseQuestion,
  type Question,
  RCODES,
  TYPE_A,
  TYPE_AAAA,
  writeAnswer,
} from './message.ts'
import type { DnsFault } from './messages.ts'

/** A fault as the responder carries it out. */
export class ActiveDnsRule extends ActiveFault {
  readonly #patterns: readonly string[]
  readonly #search: readonly string[]
  readonly #answer: DnsAnswer
  readonly #random: () => number

  constructor(fault: DnsFault, onOver: () => void) {
    super(fault, onOver)
    this.#patterns = fault.patterns.map(withoutFinalDot)
    this.#search = fault.search.map(withoutFinalDot)
    this.#answer = fault.answer
    this.#random = seededRandom(fault.seed)
  }

  /** Whether a name is meant: as it was asked, or without an ending that the pod's resolver adds. */
  means(name: string): boolean {
    return spellings(name, this.#search).some((spelling) =>
      this.#patterns.some((pattern) => globMatches(pattern, spelling)),
    )
  }

  reply(query: Buffer, question: Question): Buffer {
    const answer = this.#answer
    if (answer.answer === 'servfail') return writeAnswer(query, question, { rcode: RCODES.servfail, records: [] })
    if (answer.answer === 'nxdomain') return writeAnswer(query, question, { rcode: RCODES.nxdomain, records: [] })
    const records =
      answer.answer === 'random'
        ? [randomAddress(question.type, this.#random)]
        : staticRecords(question.type, answer.addresses)
    return writeAnswer(query, question, {
      rcode: RCODES.noerror,
      records: records.filter((record) => record !== undefined),
    })
  }
}

/** Of the family that was asked for; none, which says that the name has no such address. */
function staticRecords(type: number, addresses: readonly string[]): readonly (Buffer | undefined)[] {
  const length = type === TYPE_A ? 4 : type === TYPE_AAAA ? 16 : undefined
  return addresses.map(addressBytes).filter((bytes) => bytes?.length === length)
}

/**
 * The names that a pod may have meant: `db.example` is also asked for as `db.example.shop.svc.cluster.local`, since
 * resolvers try the endings of their search list first.
 */
export function spellings(name: string, search: readonly string[]): readonly string[] {
  const endings = search.filter((ending) => ending !== '' && name.endsWith(`.${ending}`))
  return [name, ...endings.map((ending) => name.slice(0, -ending.length - 1))]
}

function withoutFinalDot(name: string): string {
  return name.toLowerCase().replace(/(?<=.)\.$/, '')
}

/** The answer of the first rule that means the question; undefined when it is to be passed on. The daemon's own question is not counted. */
export function answerInstead(query: Buffer, rules: Iterable<ActiveDnsRule>, mark: string): Buffer | undefined {
  const question = parseQuestion(query)
  if (!question || question.class !== CLASS_IN) return undefined
  for (const rule of rules) {
    if (!rule.active || !rule.means(question.name)) continue
    if (!carriesMark(query, question, mark)) {
      rule.matched += 1
      rule.hit += 1
    }
    return rule.reply(query, question)
  }
  return undefined
}
