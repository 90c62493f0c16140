import type { Journal, JournalExperiment } from '../../model/journal.ts'

/** Ids on the page, by place in the journal: names are hostile, and merged shards may share an index. */
export type Anchors = ReadonlyMap<JournalExperiment, string>

export function anchorsOf({ experiments }: Pick<Journal, 'experiments'>): Anchors {
  return new Map(experiments.map((experiment, place) => [experiment, `e${place + 1}`]))
}
