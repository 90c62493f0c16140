import { isDeepStrictEqual } from 'node:util'
import type { JudgedExperiment } from '../../judge/facts.ts'
import { judgeSuite } from '../../judge/judge-suite.ts'
import type { Journal, JournalExperiment, JournalShard } from '../../model/journal.ts'

/** The journal of a shard, shown to be one: all its experiments are there, and they were judged as it says. */
export interface ShardJournal {
  readonly file: string
  readonly journal: Journal
  readonly shard: JournalShard
  /** Before the correction for the number of tests. */
  readonly judged: readonly JudgedExperiment[]
}

/**
 * What merging needs of one journal, or why it cannot be had, in words. A journal that contradicts itself was cut,
 * mixed up or written over, and none of it can be counted on.
 */
export function shardJournal(file: string, journal: Journal): ShardJournal | string {
  const { shard } = journal
  if (!shard) return 'it is not the journal of a shard: the run had no --shard'
  if (shard.index > shard.count) return `it says that it is shard ${shard.index} of ${shard.count}`
  const own = shard.experiments.filter((one) => one.shard === shard.index)
  if (!isDeepStrictEqual(own.map(placeOf), journal.experiments.map(placeOf)))
    return 'its experiments are not those that fall to its shard'
  const judged = journal.experiments.map((experiment) => beforeCorrection(experiment, shard))
  if (!judged.every((one) => one !== undefined)) return 'it does not say how its experiments were judged'
  if (!corrected(judged, journal)) return 'its verdicts are not those that its numbers lead to'
  return { file, journal, shard, judged }
}

function placeOf({ name, index, line }: { readonly name: string; readonly index: number; readonly line: number }) {
  return { name, index, line }
}

function beforeCorrection(experiment: JournalExperiment, shard: JournalShard): JudgedExperiment | undefined {
  const basis = shard.basis.find(({ index }) => index === experiment.index)
  if (basis?.objectives.length !== experiment.objectives.length) return undefined
  const { attributable, searchPValue, reasons } = basis
  return {
    ...experiment,
    objectives: experiment.objectives.map((objective, place) => ({
      ...objective,
      ...basis.objectives[place],
      pHolm: null,
    })),
    basis: { attributable, searchPValue, reasons },
  }
}

/** The same correction over this shard alone must give what it says: verdicts cannot be changed without the numbers. */
function corrected(judged: readonly JudgedExperiment[], { experiments }: Journal): boolean {
  const alone = { leftovers: [], outsideChanges: [], cancelled: false, onInconclusive: 'fail' } as const
  return judgeSuite(judged, alone).experiments.every(({ verdict, objectives }, place) => {
    const said = experiments[place]
    return verdict === said?.verdict && objectives.every((one, at) => one.verdict === said.objectives[at]?.verdict)
  })
}
