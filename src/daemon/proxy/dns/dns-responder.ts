import { randomUUID } from 'node:crypto'
import type { Ask } from '../helper/messages.ts'
import { type HelperPipes, type HelperWork, serveHelper } from '../helper/serve.ts'
import type { DnsFault } from './messages.ts'
import { ActiveDnsRule, answerInstead } from './rules.ts'
import { listenTcp } from './tcp-listener.ts'
import { UdpListener } from './udp-listener.ts'

/** Questions that were sent just before the end are still answered; those that are passed on need the resolver's time. */
const LEAVE_MS = 10_000

interface Listeners {
  readonly udp: number
  readonly tcp: number
}

/** Answers the questions of one pod, in the pod's network namespace, for all its DNS faults; others go to the resolver that was asked. */
class DnsResponder implements HelperWork {
  readonly #secret = randomUUID().slice(0, 8)
  readonly #rules = new Map<string, ActiveDnsRule>()
  readonly #listeners = new Map<string, Promise<Listeners>>()
  readonly #done = Promise.withResolvers<void>()
  #leaving: NodeJS.Timeout | undefined

  readonly done = this.#done.promise

  async answer({ ask, id, fault }: Ask): Promise<unknown> {
    if (ask === 'add') return this.#add(fault as DnsFault)
    if (ask === 'secret') return this.#secret
    if (ask === 'counters') return this.#rules.get(id)?.counts()
    this.#rules.get(id)?.end()
    this.#rules.delete(id)
    this.#quiet()
    return undefined
  }

  async #add(fault: DnsFault) {
    clearTimeout(this.#leaving)
    const listeners = await Promise.all(fault.servers.map((server) => this.#listen(server)))
    if (!this.#rules.get(fault.id)?.active) this.#rules.set(fault.id, new ActiveDnsRule(fault, () => this.#quiet()))
    return { udp: listeners.map(({ udp }) => udp), tcp: listeners.map(({ tcp }) => tcp) }
  }

  #listen(server: string): Promise<Listeners> {
    const known = this.#listeners.get(server) ?? this.#open(server)
    this.#listeners.set(server, known)
    return known
  }

  async #open(server: string): Promise<Listeners> {
    const respond = (query: Buffer) => answerInstead(query, this.#rules.values(), this.#secret)
    return { udp: await new UdpListener(server, respond).listen(), tcp: await listenTcp(server, respond) }
  }

  #quiet(): void {
    if ([...this.#rules.values()].some(({ active }) => active)) return
    clearTimeout(this.#leaving)
    this.#leaving = setTimeout(() => this.#done.resolve(), LEAVE_MS)
  }
}

/** `internal dns-responder`: until its input ends, or its last fault is over. */
export async function runDnsResponder(pipes: HelperPipes): Promise<number> {
  return serveHelper(pipes, new DnsResponder())
}
