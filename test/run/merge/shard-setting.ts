import { parseRunRequest } from '../../../src/inputs/run-request.ts'
import type { ExperimentFacts } from '../../../src/judge/facts.ts'
import type { Journal } from '../../../src/model/journal.ts'
import { journalSchema } from '../../../src/model/journal.ts'
import type { Plan } from '../../../src/model/plan.ts'
import { shardPlan } from '../../../src/plan/shard-plan.ts'
import { emptyShard } from '../../../src/run/empty-shard.ts'
import { makeJournal } from '../../../src/run/journal.ts'
import type { Observed } from '../../../src/run/observed.ts'
import { plannedExperiment } from '../../judge/setting.ts'
import { samplePlan } from '../../report/sample-plan.ts'

export const CHANGE = {
  owner: 'acme',
  name: 'shop',
  pullRequest: 482,
  head: '7d3e1b0c5a2f',
  base: 'a41f2c97d03b',
  branch: 'main',
  runUrl: 'https://github.com/acme/shop/actions/runs/1042/attempts/1',
}

/** What each experiment of a suite was seen to do, in the suite's order. */
export type Seen = readonly ExperimentFacts[]

const NOTHING: Observed = {
  experiments: [],
  outside: [],
  images: [{ name: 'shop', digest: 'sha256:aa' }],
  leftovers: [],
  timings: [
    { phase: 'platform up', ms: 900 },
    { phase: 'clean up', ms: 100 },
  ],
  blocked: undefined,
  cancelled: false,
  requests: { requests: 9_000, lateP99Ms: 1, description: 'http, 50/s' },
}

function planOf(seen: Seen): Plan {
  const experiments = seen.map(({ planned }, place) =>
    plannedExperiment({ ...planned, name: `experiment ${place + 1}`, index: place + 1, line: 10 + place }),
  )
  return samplePlan({ experiments, touched: ['api-1', 'api-2'], untouched: ['web-1'] })
}

/** The journal of a run of all of it, without shards. */
export function wholeJournal(seen: Seen, given: Partial<Observed> = {}): Journal {
  return journalOf(planOf(seen), seen, given)
}

/** The journal that one shard of it writes. */
export function shardJournalOf(seen: Seen, index: number, count: number, given: Partial<Observed> = {}): Journal {
  return journalOf(shardPlan(planOf(seen), { index, count }), seen, given)
}

/** Those of all shards. */
export function shardJournals(seen: Seen, count: number): Journal[] {
  return Array.from({ length: count }, (_, place) => shardJournalOf(seen, place + 1, count))
}

function journalOf(plan: Plan, seen: Seen, given: Partial<Observed>): Journal {
  const about = {
    request: parseRunRequest({}, () => 1),
    run: `r-000000000${plan.shard?.index ?? 0}`,
    startedAtMs: 1_000,
    change: CHANGE,
  }
  const clock = { now: () => 2_000 }
  if (plan.experiments.length === 0)
    return journalSchema.parse(emptyShard({ ...about, clock, plan, emit: () => undefined }))
  return journalSchema.parse(
    JSON.parse(
      JSON.stringify(
        makeJournal({
          ...about,
          session: { plan, clock, platform: { detail: () => 'on this machine' }, traffic: { kind: 'http' } },
          observed: { ...NOTHING, ...given },
          facts: plan.experiments.flatMap((planned) => {
            const facts = seen[planned.index - 1]
            return facts ? [{ ...facts, planned }] : []
          }),
          listenerFailures: 0,
        }),
      ),
    ),
  )
}
