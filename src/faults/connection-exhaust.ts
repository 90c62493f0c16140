import * as z from 'zod'
import { defineFault } from './define-fault.ts'
import { workloadCrossing } from './parts/links.ts'
import { onEvery, readingOf, unseen } from './parts/readings.ts'
import { counted } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    connections: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .describe('Idle connections to open and hold, over all chosen replicas. No default.'),
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
  },
  platforms: ['process'],
  parameters,
  searchable: { connections: 'count' },
  defaultMode: 'all',
  recipe: ({ connections }, facts) => ({
    mechanism: 'idle TCP connections',
    apply: [
      { do: 'open-connections', id: facts.id, workload: facts.workload, replicas: facts.replicas, count: connections },
    ],
    undo: [{ do: 'close-connections', id: facts.id }],
    expires: 'agent',
    evidence: { probe: 'connections', id: facts.id, workload: facts.workload, replicas: facts.replicas },
    crossing: workloadCrossing(facts),
  }),
  /**
   * Effective where nine tenths of what was asked for is open, or where some are open and the target refused the rest: its limit
   * is reached. A target that refuses every one is down, and that is not this fault's doing.
   */
  effect: ({ connections }, _, under, facts) => {
    const reading = readingOf(under, 'connections')
    if (!reading) return unseen(facts, 'the connections could not be counted')
    const { open, refused } = reading
    const limit = open > 0 && refused > 0
    return {
      injected: onEvery(facts, open > 0, `${counted(open, 'connection')} open, ${refused} refused`),
      effective: open > 0 && (limit || open >= LEAST_SHARE * connections),
      seen: `${open} of ${counted(connections, 'idle connection')} open, ${refused} refused${limit ? ': the limit is reached' : ''}`,
    }
  },
  describe: ({ connections }) => counted(connections, 'connection'),
})
