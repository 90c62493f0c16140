import { SeaworthyError } from '../../../kit/errors.ts'
import type { PodOnNode } from '../../../model/cluster/mechanism.ts'
import { askExchanger } from './exchanger.ts'
import { decodeMessages, errorOf, type NetlinkMessage } from './messages.ts'

/** NETLINK_ROUTE and NETLINK_NETFILTER. */
const PROTOCOLS = { route: 0, netfilter: 12 } as const

export interface Request {
  readonly to: keyof typeof PROTOCOLS
  /** One message, or a batch in which one is acknowledged. */
  readonly bytes: Buffer
}

/** The kernel's answers to a request, without the end of a dump; of a change its acknowledgement alone. */
export type Answers = readonly NetlinkMessage[]

/**
 * Asks the kernel in the pod's network namespace, one request after the other whatever became of those before, without a
 * program of its own: nft and tc take several times as long, mostly to start. Resolves with the answers to each, under its
 * name; of one that is undefined there are none. Throws SeaworthyError('ENGINE') when the pod is gone or has another network,
 * and when the kernel does not answer.
 */
export async function exchangeIn<Name extends string>(
  pod: PodOnNode,
  requests: Readonly<Record<Name, Request | undefined>>,
): Promise<Readonly<Record<Name, Answers>>> {
  const asked = Object.values<Request | undefined>(requests).filter((request) => request !== undefined)
  const said = await askExchanger(
    pod,
    asked.map(({ to, bytes }) => `${PROTOCOLS[to]} ${bytes.toString('hex')}`),
  )
  if (said.length !== asked.length)
    throw new SeaworthyError('ENGINE', `the kernel gave ${said.length} answers to ${asked.length} requests`)
  const answers = new Map(asked.map((request, at) => [request, decodeMessages(Buffer.from(said[at] ?? '', 'hex'))]))
  const named = Object.entries<Request | undefined>(requests).map(([name, request]) => {
    return [name, (request && answers.get(request)) ?? []]
  })
  return Object.fromEntries(named)
}

/** The error number of a change; undefined when it was done. Throws SeaworthyError('ENGINE') where nothing was acknowledged. */
export function failureIn(answers: Answers): number | undefined {
  const errors = answers.flatMap((answer) => errorOf(answer) ?? [])
  if (errors.length === 0) throw new SeaworthyError('ENGINE', 'the kernel acknowledged nothing')
  return errors.find((error) => error !== 0)
}
