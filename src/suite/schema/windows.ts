import * as z from 'zod'
import { durationMs, ratio } from '../../kit/scalars.ts'
import { optionalWith } from './parts.ts'

/** A window is judged in slices of at least 100 ms, and clustering in time cannot be seen in fewer than eight. */
const LEAST_WINDOW_MS = 800

/** A refinement and not a check of the text, so that the JSON Schema keeps the form of a duration. */
const windowMs = durationMs.refine((ms) => ms >= LEAST_WINDOW_MS, {
  error: `a window is at least ${LEAST_WINDOW_MS}ms long: it is judged in eight slices or more of 100 ms`,
})

const meanings = {
  baseline: 'Time before the fault that is measured for comparison, at least 800ms.',
  fault: 'Time with the fault on, at least 800ms.',
  recovery: 'Time after the fault in which the objectives must come back, at least 800ms.',
}

export const windowsSchema = z.strictObject({
  warmup: optionalWith(
    durationMs,
    '5s',
    'Traffic before the first baseline, shown and not judged: caches fill, code is compiled.',
  ),
  baseline: optionalWith(windowMs, '30s', meanings.baseline),
  fault: optionalWith(windowMs, '60s', meanings.fault),
  recovery: optionalWith(windowMs, '60s', meanings.recovery),
})

/** An experiment's own windows; the rest are the suite's. There is one warm-up a run. */
export const experimentWindowsSchema = z.strictObject({
  baseline: windowMs
    .optional()
    .describe(`${meanings.baseline} Default: the suite's.`)
    .meta({ examples: ['10s'] }),
  fault: windowMs
    .optional()
    .describe(`${meanings.fault} Default: the suite's.`)
    .meta({ examples: ['20s'] }),
  recovery: windowMs
    .optional()
    .describe(`${meanings.recovery} Default: the suite's.`)
    .meta({ examples: ['30s'] }),
})

const aboveZero = ratio.refine((value) => value > 0, {
  error: 'a blast radius of 0% allows nothing; expected more than 0%, such as 50%',
})
const targets = z.int().min(1)

export const blastRadiusSchema = z.strictObject({
  targets: optionalWith(targets, 3, 'Most replicas that one experiment may hurt.'),
  percent: optionalWith(
    aboveZero,
    '50%',
    "Most of one workload's replicas that one experiment may hurt, rounded up to whole ones: one may always be.",
  ),
})

export const experimentBlastRadiusSchema = z.strictObject({
  targets: targets
    .optional()
    .describe("Most replicas that this experiment may hurt. Default: the suite's.")
    .meta({ examples: [1] }),
  percent: aboveZero
    .optional()
    .describe("Most of one workload's replicas that this experiment may hurt, rounded up. Default: the suite's.")
    .meta({ examples: ['100%'] }),
})
