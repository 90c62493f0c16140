import { SeaworthyError } from '../../kit/errors.ts'
import type { HttpFaultRule } from '../../model/cluster/node-action.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import type { ClusterFacts, ClusterRecipe } from '../../model/cluster/recipe.ts'
import type { HttpMatch } from '../../model/recipe.ts'
import { portsKey } from './kubernetes-keys.ts'
import type { OtherSide } from './links.ts'
import { peersOf } from './packets.ts'
import { counted } from './words.ts'

/** How the way into a proxy ends, for the reference page. */
export const REDIRECT_ENDS =
  "By the kernel for new connections: the redirect matches a set whose elements run out at the fault's deadline. The proxy counts down by itself and then passes everything on; connections that are open stay in it until they close."

/** How requests get to the proxy of the daemon, for the reference page. */
export const REDIRECTED =
  "New connections to the pod's ports (with `to`: from the pod to the other side) are redirected in its network namespace to a proxy of the daemon. Connections that are open already stay as they are; TLS passes through unhurt and unseen."

export function httpPortsKey() {
  return portsKey(
    'TCP ports whose requests go through the proxy. Default: those that the pod declares; with `to` they must be named.',
  )
}

export interface HttpParameters {
  readonly to?: OtherSide | undefined
  readonly ports?: readonly number[] | undefined
}

/** Throws SeaworthyError('PLAN') where no port is known, or the other side has no address. */
export function redirectHttp(
  rule: HttpFaultRule,
  match: HttpMatch,
  { to, ports: given }: HttpParameters,
  facts: ClusterFacts,
): ClusterRecipe {
  const ports = given ?? (to === undefined ? facts.ports : [])
  if (ports.length === 0) throw noPort(to, facts)
  const probe = {
    probe: 'http',
    ports,
    path: pathThatMatches(match.path),
    method: match.method ?? (rule.rule === 'grpc-abort' ? 'GRPC' : 'GET'),
  } as const
  return {
    actor: 'daemon',
    ways: [
      {
        mechanism: `redirect to a proxy, ${rule.rule === 'grpc-abort' ? 'HTTP/2' : 'HTTP/1.1'}`,
        actions: [
          {
            do: 'redirect-http',
            ports,
            outbound: to !== undefined,
            peers: peersOf(to, facts),
            match,
            rule,
            seed: facts.seed,
          },
        ],
      },
    ],
    probe,
  }
}

/** `/api/*` is matched by `/api/`; a run of characters may be empty. */
function pathThatMatches(pattern: string | undefined): string {
  const path = (pattern ?? '/').replaceAll('*', '')
  return path.startsWith('/') ? path : `/${pattern?.startsWith('*') ? path : ''}`
}

function noPort(to: OtherSide | undefined, { target }: ClusterFacts): SeaworthyError {
  const message =
    to === undefined ? `${target.name} declares no port` : 'the ports of the other side are not known to the target'
  return new SeaworthyError('PLAN', message, {
    target: target.name,
    remedy: 'Name them: `ports: [8080]`.',
  })
}

/** Whether our own request got this answer more often than before. */
export function ownGot(answer: string, under: NodeReading, before: NodeReading | undefined): boolean {
  return before?.answers !== undefined && (under.answers?.[answer] ?? 0) > (before.answers[answer] ?? 0)
}

/** `87 of 870 matching requests hit`. */
export function spokenHits({ hit, matched }: NodeReading): string {
  if (hit === undefined) return 'requests were not counted'
  return `${hit} of ${counted(matched ?? 0, 'matching request')} hit`
}

/** `our own got 503 × 1`. */
export function spokenOwn({ answers = {} }: NodeReading): string {
  const words = Object.entries(answers).map(([answer, count]) => `${answer} × ${count}`)
  return words.length === 0 ? 'no request of our own' : `our own got ${words.join(', ')}`
}
