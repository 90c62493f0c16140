import type { JournalExperiment } from '../../model/journal.ts'

/** An experiment of which nothing is known but its place in the suite. */
export function unrunExperiment(place: Pick<JournalExperiment, 'name' | 'index' | 'line'>): JournalExperiment {
  return {
    ...place,
    verdict: 'error',
    reasons: [],
    ran: false,
    faults: [],
    targets: [],
    of: 0,
    mechanism: '',
    windows: { baseline: null, fault: null, recovery: null },
    objectives: [],
    evidence: [],
    recovery: null,
    search: null,
    aborted: null,
    latency: { baseline: null, fault: null, recovery: null },
    impact: [],
    failures: [],
    why: null,
    hint: null,
  }
}
