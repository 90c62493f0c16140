import type { JournalExperiment, SearchResult } from '../../../src/model/journal.ts'
import { experiment } from './experiments.ts'
import { judge, missed } from './objectives.ts'
import { NO_LATENCY } from './series.ts'
import { API, AVAILABLE } from './shop.ts'
import { shareEstimate } from './statistics.ts'

/** `bad` of 1500 requests for each added delay, in the order of the steps. */
function searched(steps: readonly (readonly [ms: number, bad: number])[], holds: number, breaks: number): SearchResult {
  return {
    parameter: 'latency',
    unit: 'ms',
    from: 0,
    to: 1_000,
    precision: 30,
    atLeast: 300,
    holds,
    breaks,
    steps: steps.map(([value, bad]) => {
      const estimate = shareEstimate(bad, 1_500)
      const verdict = judge(estimate, AVAILABLE)
      return {
        value,
        verdict,
        objective: 'availability',
        estimate,
        reasons: verdict === 'fail' ? [missed('availability', `${bad} of 1500 requests failed.`)] : [],
      }
    }),
  }
}

export const howSlow = (index: number, holding: boolean): JournalExperiment =>
  experiment({
    index,
    name: 'how slow may the api get',
    fault: { type: 'network-delay', description: 'network-delay, searched, on api (2 of 2)', workload: 'api' },
    targets: API,
    of: 2,
    mechanism: 'nfqueue behind an nft set with a timeout',
    seen: 'within 1.4 ms of what was asked, in all steps',
    endedBy: 'kernel',
    objectives: [],
    latency: NO_LATENCY,
    also: holding
      ? {
          verdict: 'pass',
          search: searched(
            [
              [1_000, 1_466],
              [500, 96],
              [250, 0],
              [370, 1],
              [430, 2],
              [450, 1],
              [480, 31],
            ],
            450,
            480,
          ),
        }
      : {
          verdict: 'fail',
          reasons: [{ code: 'THRESHOLD_TOO_LOW', detail: 'Breaks between 250 and 280 ms, must hold 300 ms.' }],
          search: searched(
            [
              [1_000, 1_466],
              [500, 702],
              [250, 2],
              [370, 281],
              [310, 96],
              [280, 31],
            ],
            250,
            280,
          ),
          why: 'Failures end at 500 ms, and each page asks api twice in a row: two delays of 250 ms use up the limit of web.',
          hint: { code: 'CALLS_IN_A_ROW', text: 'Ask api once for each page, or send both requests at the same time.' },
        },
  })
