import type { ExperimentFacts } from '../judge/facts.ts'
import type { JournalExperiment } from '../model/journal.ts'
import type { Measurement, WindowName } from '../model/measurement.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { LatencySummary, WindowSpan } from '../model/ports.ts'
import type { Suite } from '../model/suite.ts'
import { summariseLatency } from '../observe/summarise-latency.ts'
import type { Measurements, Spans } from './observe-experiment.ts'
import type { Latencies, Observed, ObservedExperiment } from './observed.ts'
import type { Session } from './session.ts'

/** Latency and failures in every window, read before the records are forgotten. */
export function latenciesOf(session: Session, spans: Spans): Latencies {
  if (session.traffic.kind === 'none' || session.traffic.kind === 'job') return {}
  const summarise = (span: WindowSpan) => summariseLatency(session.traffic.records(span.startMs, span.endMs))
  return Object.fromEntries(Object.values(spans).map((span) => [span.window, summarise(span)]))
}

export function windowsOf(spans: Spans): ExperimentFacts['windows'] {
  const span = (window: WindowName) => {
    const found = spans[window]
    return found ? { startMs: found.startMs, endMs: found.endMs } : null
  }
  return { baseline: span('baseline'), fault: span('fault'), recovery: span('recovery') }
}

export function abortedOf(fired: ObservedExperiment['guardFired']): ExperimentFacts['aborted'] {
  return fired ? { objective: fired.guard.objective, below: fired.guard.below, afterMs: fired.afterMs } : null
}

export function flatten(measurements: ReadonlyMap<string, Measurements>): readonly Measurement[] {
  return [...measurements.values()].flatMap((byWindow) => Object.values(byWindow))
}

/** What the judge is told of an experiment that ran. */
export function factsOf(observed: ObservedExperiment, suite: Suite): ExperimentFacts {
  const { spans, latencies } = observed
  return {
    planned: observed.experiment,
    ran: true,
    cancelled: observed.cancelled,
    windows: windowsOf(spans),
    measurements: flatten(observed.measurements),
    evidence: observed.evidence,
    checks: observed.checks,
    aborted: abortedOf(observed.guardFired),
    search: observed.searchSteps,
    error: observed.error ?? null,
    notEnded: observed.evidence
      .filter(({ endedBy }) => endedBy === 'not-ended')
      .map(({ type, fault }) => `${type} (${fault})`),
    context: {
      failures: {
        baseline: latencies.baseline?.failures ?? [],
        fault: latencies.fault?.failures ?? [],
        recovery: latencies.recovery?.failures ?? [],
      },
      latency: {
        baseline: journalHistogram(latencies.baseline),
        fault: journalHistogram(latencies.fault),
        recovery: journalHistogram(latencies.recovery),
      },
      trafficTimeoutMs: suite.traffic.kind === 'http' ? suite.traffic.timeoutMs : null,
      impact: observed.impact,
      entries: entriesOf(suite),
      readyAgain: observed.readyAgain,
    },
  }
}

/** Hosts that the traffic calls: where they are services of the preview, nobody stands between them and the users. */
function entriesOf({ traffic }: Suite): readonly string[] {
  if (traffic.kind !== 'http') return []
  return [...new Set(traffic.requests.flatMap(({ url }) => (URL.canParse(url) ? [new URL(url).hostname] : [])))]
}

/** The journal's own copy: its arrays are its own to keep. */
function journalHistogram(summary: LatencySummary | undefined): JournalExperiment['latency']['fault'] {
  if (!summary) return null
  const { histogram } = summary
  const numbers = [histogram.overflowFromMs, histogram.precision, ...histogram.buckets.flat()]
  if (!numbers.every(Number.isFinite)) return null
  return { ...histogram, buckets: histogram.buckets.map(([upperMs, count]) => [upperMs, count]) }
}

/** The same for one that never started. */
export function factsOfUnrun(
  planned: PlannedExperiment,
  { cancelled, blocked }: Pick<Observed, 'cancelled' | 'blocked'>,
): ExperimentFacts {
  return {
    planned,
    ran: false,
    cancelled,
    windows: { baseline: null, fault: null, recovery: null },
    measurements: [],
    evidence: [],
    checks: [],
    aborted: null,
    search: [],
    error: blocked ?? null,
    notEnded: [],
    context: {
      failures: { baseline: [], fault: [], recovery: [] },
      latency: { baseline: null, fault: null, recovery: null },
      trafficTimeoutMs: null,
      impact: [],
      entries: [],
      readyAgain: [],
    },
  }
}
