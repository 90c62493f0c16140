import * as z from 'zod'
import { durationMs, ratio } from '../../kit/scalars.ts'
import { exactlyOne, nameSchema, someText } from './parts.ts'

const queryExample = 'http_requests_total{namespace="$namespace"}'

const prometheusIndicatorSchema = z.lazy(() =>
  z.strictObject({
    bad: someText('a counter', queryExample)
      .optional()
      .describe(
        'PromQL selector of the counters of bad events; with total. `$namespace` stands for the namespace under test.',
      ),
    total: someText('a counter', queryExample)
      .optional()
      .describe('PromQL selector of the counters of all events; with bad.'),
    histogram: someText('a histogram', 'http_request_duration_seconds')
      .optional()
      .describe('PromQL selector of a histogram in seconds, without _bucket; with under or quantile.'),
    under: durationMs.optional().describe('Events of the histogram up to this time are good.'),
    quantile: ratio
      .optional()
      .describe('This quantile of the histogram.')
      .meta({ examples: ['99%'] }),
    value: someText('a query', 'max(queue_lag_seconds)').optional().describe('PromQL query that gives one number.'),
  }),
)

const indicatorSchema = exactlyOne(
  {
    traffic: z
      .enum(['success', 'latency'])
      .optional()
      .describe('What our own traffic saw: success (the share of good answers), or latency with under or quantile.'),
    under: durationMs
      .optional()
      .describe('With traffic: latency: the share of requests that were answered well within this time.')
      .meta({ examples: ['300ms'] }),
    quantile: ratio
      .optional()
      .describe('With traffic: latency: this quantile of the time to answer.')
      .meta({ examples: ['99%'] }),
    prometheus: prometheusIndicatorSchema
      .optional()
      .describe('What Prometheus counted: bad and total, histogram with under or quantile, or value.'),
  },
  ['traffic', 'prometheus'],
)

const amount = () => z.union([z.number(), z.string()])

const needShape = {
  target: ratio.optional().describe('For shares: at least this many of all events are good. Above 0% and below 100%.'),
  below: amount()
    .optional()
    .describe('For quantiles: below this time. For values: below this number.')
    .meta({ examples: ['300ms', 30] }),
  above: amount()
    .optional()
    .describe('For quantiles: above this time. For values: above this number.')
    .meta({ examples: [5] }),
  increase: z
    .strictObject({
      'at-most': amount()
        .describe(
          "Most that it may be worse than this run's baseline: a percentage of events for shares, a time for quantiles, a number for values.",
        )
        .meta({ examples: ['200ms', '1%', 5] }),
    })
    .optional()
    .describe("Compare with this run's own baseline."),
}
const NEEDS = ['target', 'below', 'above', 'increase'] as const

export const needSchema = exactlyOne(needShape, NEEDS)
export type NeedInput = z.output<typeof needSchema>

export const objectiveSchema = exactlyOne(
  {
    name: nameSchema
      .describe('Name of the objective, as experiments, limits and reports call it.')
      .meta({ examples: ['availability'] }),
    indicator: indicatorSchema.describe('What is measured.'),
    ...needShape,
  },
  NEEDS,
)
export type ObjectiveInput = z.output<typeof objectiveSchema>
