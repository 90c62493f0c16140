import type { JournalExperiment } from '../../../src/model/journal.ts'
import { experiment } from './experiments.ts'
import { blind, share } from './objectives.ts'
import { NO_LATENCY } from './series.ts'
import { apiSlow, cacheCutOff, PODS, webPodDies } from './shop.ts'

/** Too little traffic to tell, and an objective that no number reached. */
export const lowTraffic = (index: number): JournalExperiment =>
  experiment({
    index,
    name: 'one web pod dies',
    fault: { type: 'pod-kill', description: 'pod-kill on web (1 of 3)', workload: 'web' },
    targets: [PODS[1] ?? ''],
    of: 3,
    mechanism: 'delete, grace period 0 s',
    seen: 'UID 8c1f… became e07a…, ready again after 2.6 s',
    endedBy: 'nothing-to-end',
    objectives: [
      share(
        'availability',
        'requests answered',
        { kind: 'share', target: 0.995 },
        [0, 3, 0],
        ['flat', 'early', 'flat'],
        {
          seed: 'low',
          perSlice: 17,
          reasons: [
            {
              code: 'LOW_TRAFFIC',
              objective: 'availability',
              detail: '3 of 340 requests failed; even with no failure, 598 are needed to tell.',
            },
          ],
        },
      ),
      share('fast', 'answered within 300 ms', { kind: 'share', target: 0.99 }, [0, 0, 0], ['flat', 'flat', 'flat'], {
        seed: 'low',
        perSlice: 17,
        line: 13,
      }),
      blind(
        'errors',
        'requests that Prometheus counted as good',
        { kind: 'share', target: 0.99 },
        { code: 'NO_DATA', objective: 'errors', detail: 'Prometheus returned nothing for errors during the fault.' },
      ),
    ],
    also: { latency: NO_LATENCY },
  })

/** A fault whose evidence is missing. */
export const unproven = (
  one: JournalExperiment,
  status: 'not-effective' | 'not-observed',
  detail: string,
): JournalExperiment => ({
  ...one,
  verdict: 'inconclusive',
  reasons: [{ code: status === 'not-effective' ? 'NOT_EFFECTIVE' : 'NOT_OBSERVED', detail }],
  evidence: one.evidence.map((proof) => ({ ...proof, status, crossed: 0, seen: detail })),
})
/** A node went away under the fault. */
export const engineLost = (index: number): JournalExperiment => ({
  ...cacheCutOff(index),
  verdict: 'error',
  reasons: [{ code: 'ENGINE_FAILED', detail: 'Node worker-2 was not reachable for 30 s, 31 s into the fault.' }],
  objectives: [
    blind(
      'availability',
      'requests answered',
      { kind: 'share', target: 0.995 },
      { code: 'PARTIAL_DATA', objective: 'availability', detail: 'The fault window has no end.' },
    ),
  ],
  evidence: cacheCutOff(index).evidence.map((proof) => ({
    ...proof,
    endedBy: 'not-ended' as const,
    recoveredAtMs: null,
  })),
  windows: { ...cacheCutOff(index).windows, recovery: null },
  recovery: null,
  latency: NO_LATENCY,
  impact: [],
  why: null,
  hint: null,
})

/** Cancelled under the fault. */
export const cancelled = (index: number): JournalExperiment => ({
  ...apiSlow(index),
  verdict: 'aborted',
  reasons: [{ code: 'CANCELLED', detail: 'Cancelled 12 s into the fault.' }],
  objectives: [],
  recovery: null,
  windows: { ...apiSlow(index).windows, recovery: null },
  latency: { ...apiSlow(index).latency, recovery: null },
  impact: [],
})

/** Windows without an end, slices without requests, estimates without numbers. */
export function nothingSeen(index: number): JournalExperiment {
  const nothing = blind(
    'availability',
    'requests answered',
    { kind: 'share', target: 0.995 },
    { code: 'NO_DATA', objective: 'availability', detail: 'No request was sent during the fault.' },
    [
      { tMs: 0, window: 'baseline', n: 0, bad: 0, value: null },
      { tMs: 3_000, window: 'fault', n: 0, bad: 0, value: null },
      { tMs: 6_000, window: 'recovery', n: 0, bad: 0, value: null },
    ],
  )
  const empty = { value: null, low: null, high: null, n: 0, bad: 0, designEffect: 1 }
  return {
    ...webPodDies(index),
    verdict: 'inconclusive',
    objectives: [
      nothing,
      {
        ...nothing,
        name: 'lag',
        unit: 'value',
        need: { kind: 'below', value: 30 },
        baseline: empty,
        fault: empty,
        recovery: empty,
      },
      { ...nothing, name: 'p99', unit: 'ms', need: { kind: 'below', value: 300 }, slices: [] },
    ],
    reasons: nothing.reasons,
    windows: { baseline: null, fault: null, recovery: null },
    recovery: null,
    latency: {
      baseline: { buckets: [], overflow: 0, overflowFromMs: 0, n: 0, precision: 0.001 },
      fault: null,
      recovery: null,
    },
    evidence: [],
    impact: [{ service: 'web', target: true, baseline: { n: 0, bad: 0 }, fault: { n: 0, bad: 0 } }],
    targets: [],
    of: 0,
    mechanism: '',
    failures: [],
    search: {
      parameter: 'latency',
      unit: 'ms',
      from: 0,
      to: 0,
      precision: 0,
      atLeast: null,
      holds: null,
      breaks: null,
      steps: [
        { value: 0, verdict: 'inconclusive', objective: 'availability', estimate: null, reasons: nothing.reasons },
      ],
    },
  }
}
