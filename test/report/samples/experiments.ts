import type { Evidence } from '../../../src/model/evidence.ts'
import type { Impact, JournalExperiment, Reason } from '../../../src/model/journal.ts'
import { worstVerdict } from '../../../src/model/verdict.ts'
import { STANDARD } from './objectives.ts'
import { HEALTHY, type Latency, type Lengths, mixtureHistogram, SLICE_MS } from './series.ts'

/** 2026-11-21 09:15 UTC. */
export const STARTED_MS = Date.UTC(2026, 10, 21, 9, 15, 3)
const EXPERIMENT_MS = 186_000

interface Parts {
  readonly index: number
  readonly name: string
  readonly line?: number
  readonly fault: {
    readonly type: string
    readonly description: string
    readonly workload: string
    readonly parameters?: Record<string, unknown>
  }
  readonly targets: string[]
  readonly of: number
  readonly mechanism: string
  readonly seen: string
  readonly endedBy?: Evidence['endedBy']
  readonly status?: Evidence['status']
  readonly objectives: JournalExperiment['objectives']
  readonly lengths?: Lengths
  readonly recovery?: JournalExperiment['recovery']
  readonly impact?: Impact[]
  readonly latency?: Latency
  /** A second fault, put on while the first one lasts. */
  readonly second?: { readonly type: string; readonly description: string; readonly workload: string }
  readonly also?: Partial<JournalExperiment>
}

/** A whole experiment; its verdict is the worst of what it holds unless `also` says more. */
export function experiment(parts: Parts): JournalExperiment {
  const { index, lengths = STANDARD, fault, targets } = parts
  const startMs = STARTED_MS + index * EXPERIMENT_MS
  const windows = spans(startMs, lengths)
  const reasons: Reason[] = parts.objectives.flatMap((objective) => objective.reasons)
  return {
    name: parts.name,
    index,
    line: parts.line ?? 26 + index * 5,
    verdict: worstVerdict([
      ...parts.objectives.map(({ verdict }) => verdict),
      ...(parts.recovery ? [parts.recovery.verdict] : []),
    ]),
    reasons,
    ran: true,
    faults: [fault, ...(parts.second ? [parts.second] : [])].map((one, place) => ({
      id: `e${index}f${place + 1}`,
      parameters: {},
      ...one,
    })),
    targets,
    of: parts.of,
    mechanism: parts.mechanism,
    windows,
    objectives: parts.objectives,
    evidence: [evidenceOf(parts, windows)],
    recovery: parts.recovery === undefined ? recovered(0, 20_000) : parts.recovery,
    search: null,
    aborted: null,
    latency: parts.latency ?? healthyLatency(lengths),
    impact: parts.impact ?? [],
    failures: [],
    why: null,
    hint: null,
    ...parts.also,
  }
}

function spans(startMs: number, lengths: Lengths): JournalExperiment['windows'] {
  let at = startMs
  const span = (slices: number) => {
    const found = { startMs: at, endMs: at + slices * SLICE_MS }
    at = found.endMs
    return slices === 0 ? null : found
  }
  return { baseline: span(lengths[0]), fault: span(lengths[1]), recovery: span(lengths[2]) }
}

function evidenceOf(
  { index, fault, targets, seen, mechanism, endedBy = 'agent', status = 'proven' }: Parts,
  windows: JournalExperiment['windows'],
): Evidence {
  return {
    fault: `e${index}f1`,
    type: fault.type,
    status,
    injected: targets.map((target, position) => ({
      target,
      ok: status !== 'not-injected' || position === 0,
      detail: status === 'not-injected' && position > 0 ? 'refused by the node' : 'applied',
    })),
    seen,
    crossed: status === 'not-observed' ? 0 : 412,
    mechanism,
    endedBy,
    injectedAtMs: windows.fault?.startMs ?? STARTED_MS,
    recoveredAtMs: endedBy === 'not-ended' ? null : (windows.fault?.endMs ?? STARTED_MS),
  }
}

function healthyLatency([baseline, fault, recovery]: Lengths): Latency {
  return {
    baseline: mixtureHistogram(baseline * 150, HEALTHY),
    fault: mixtureHistogram(fault * 150, [
      [0.97, 40, 0.35],
      [0.03, 96, 0.4],
    ]),
    recovery: mixtureHistogram(recovery * 150, HEALTHY),
  }
}

/** Back within one slice after `lowMs`. */
export function recovered(
  lowMs: number,
  limitMs: number,
  objective: string | null = 'availability',
): NonNullable<JournalExperiment['recovery']> {
  return { lowMs, highMs: lowMs + SLICE_MS, limitMs, objective, verdict: 'pass' }
}

/** Requests and failed ones of each service, 3000 a window unless said otherwise. */
export function impact(
  rows: Readonly<Record<string, readonly [baselineBad: number, faultBad: number, n?: number]>>,
  hurt: readonly string[],
): Impact[] {
  return Object.entries(rows).map(([service, [baseline, fault, n = 3_000]]) => ({
    service,
    target: hurt.includes(service),
    baseline: { n: 3_000, bad: baseline },
    fault: { n, bad: fault },
  }))
}

/** One that never started, because the run ended before. */
export function notRun(
  index: number,
  name: string,
  type: string,
  workload: string,
  targets: string[],
): JournalExperiment {
  const blank = experiment({
    index,
    name,
    fault: { type, description: `${type} on ${workload}`, workload },
    targets,
    of: targets.length + 1,
    mechanism: '',
    seen: '',
    objectives: [],
  })
  return {
    ...blank,
    verdict: 'aborted',
    reasons: [{ code: 'CANCELLED', detail: 'The run ended before this experiment started.' }],
    ran: false,
    windows: { baseline: null, fault: null, recovery: null },
    evidence: [],
    recovery: null,
    latency: { baseline: null, fault: null, recovery: null },
  }
}
