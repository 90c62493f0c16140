import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import type { ClusterFacts } from '../model/cluster/recipe.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect, type Seen } from './parts/cluster-effect.ts'
import { BY_HELPER } from './parts/cluster-kinds.ts'
import { WITNESSED } from './parts/identity-effect.ts'
import { portKey, refuseKeys } from './parts/kubernetes-keys.ts'
import { toSchema, workloadCrossing } from './parts/links.ts'
import { peersOf } from './parts/packets.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'
import { counted } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    connections: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .describe('Idle connections to open and hold, over all chosen replicas; on Kubernetes to each pod. No default.'),
    port: portKey()
      .optional()
      .describe('On Kubernetes: the port that is connected to. Default: the first one that the pod declares.'),
    to: toSchema.describe(
      'On Kubernetes: the target opens the connections to this other side. Default: they are opened to the target.',
    ),
  }),
)

/** A few may be closed by the target at any moment, and be opened again. */
const LEAST_SHARE = 0.9

/** Uses up the connections that a service accepts, as a leaking client or a pool that is too large does. */
export const connectionExhaust = defineFault<z.infer<typeof parameters>>({
  type: 'connection-exhaust',
  group: 'network',
  summary: 'Opens idle connections to the target and holds them, until its limit or the number asked for is reached.',
  notes: {
    mechanism: 'Idle TCP connections are opened to the replicas themselves, past their links, and held.',
    proof:
      'At least nine tenths of the connections are open, or some are open and the target refused the others: its limit is reached.',
    ends: "The agent closes the connections, at the latest at the fault's deadline.",
    example: '{type: connection-exhaust, target: {workload: api}, connections: 500}',
    kubernetes: {
      mechanism:
        "A helper of the daemon opens idle TCP connections from the node to the pod's port and holds them; with `to` from the pod's network namespace to the other side.",
      proof: `At least nine tenths of the connections are open, or some are open and the target refused the others: its limit is reached. ${WITNESSED}`,
      ends: "The connections end with the helper's process: by its own timeout, and with the daemon.",
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { connections: 'count' },
  defaultMode: 'all',
  recipe: ({ connections, port, to }, facts) => {
    refuseKeys('connection-exhaust', { port, to })
    return {
      mechanism: 'idle TCP connections',
      apply: [
        {
          do: 'open-connections',
          id: facts.id,
          workload: facts.workload,
          replicas: facts.replicas,
          count: connections,
        },
      ],
      undo: [{ do: 'close-connections', id: facts.id }],
      expires: 'agent',
      evidence: { probe: 'connections', id: facts.id, workload: facts.workload, replicas: facts.replicas },
      crossing: workloadCrossing(facts),
    }
  },
  /**
   * Effective where nine tenths of what was asked for is open, or where some are open and the target refused the rest: its limit
   * is reached. A target that refuses every one is down, and that is not this fault's doing.
   */
  effect: ({ connections }, _, under, facts) => {
    const reading = readingOf(under, 'connections')
    if (!reading) return unseen(facts, 'the connections could not be counted')
    const { open, refused } = reading
    return {
      injected: onEvery(facts, open > 0, `${counted(open, 'connection')} open, ${refused} refused`),
      ...exhausted(connections, open, refused),
    }
  },
  cluster: {
    ...BY_HELPER,
    recipe: ({ connections, to, ...given }, facts) => {
      const port = given.port ?? declaredPort(facts)
      return {
        actor: 'daemon',
        ways: [
          {
            mechanism: 'idle TCP connections',
            actions: [{ do: 'open-connections', port, count: connections, peers: peersOf(to, facts) }],
          },
        ],
        probe: { probe: 'connections', port },
      }
    },
    effect: ({ connections }, targets) =>
      clusterEffect(targets, 'connections', ({ under: { open, refused } }) =>
        open === undefined
          ? { effective: false, seen: 'the connections could not be counted' }
          : exhausted(connections, open, refused ?? 0),
      ),
  },
  describe: ({ connections }) => counted(connections, 'connection'),
})

function exhausted(connections: number, open: number, refused: number): Seen {
  const limit = open > 0 && refused > 0
  return {
    effective: open > 0 && (limit || open >= LEAST_SHARE * connections),
    seen: `${open} of ${counted(connections, 'idle connection')} open, ${refused} refused${limit ? ': the limit is reached' : ''}`,
  }
}

function declaredPort({ ports, target }: ClusterFacts): number {
  const [first] = ports
  if (first !== undefined) return first
  throw new SeaworthyError('PLAN', `${target.name} declares no port`, {
    target: target.name,
    remedy: 'Say which one with `port: 8080`.',
  })
}
