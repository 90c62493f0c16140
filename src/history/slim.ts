import type { Journal } from '../model/journal.ts'

/** The journal without what a history does not look at, which is most of it: hundreds are held at the same time. */
export function slim(journal: Journal): Journal {
  return {
    ...journal,
    experiments: journal.experiments.map((experiment) => ({
      ...experiment,
      objectives: experiment.objectives.map((objective) => ({ ...objective, slices: [] })),
      latency: { baseline: null, fault: null, recovery: null },
      impact: [],
    })),
  }
}
