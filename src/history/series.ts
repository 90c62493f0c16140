import { canonicalJson } from '../kit/canonical-json.ts'
import type { Point } from '../model/history.ts'
import type { JournalExperiment, JudgedObjective, Recovery, SearchResult } from '../model/journal.ts'
import type { Uncompared } from './change.ts'

/** One experiment in one run of its suite. */
export interface Seen {
  readonly run: number
  readonly experiment: JournalExperiment
}

/** Every number of an experiment over time: objectives, the threshold of a search, recovery. The latest run names them. */
export function seriesOf(seen: readonly Seen[]): readonly Uncompared[] {
  const latest = seen.at(-1)?.experiment
  if (!latest) return []
  const same = seen.map((one) => ({ ...one, comparable: faultOf(one.experiment) === faultOf(latest) }))
  const names = [...new Set(seen.flatMap(({ experiment }) => experiment.objectives.map(({ name }) => name)))]
  return [...names.flatMap((name) => objectiveSeries(name, same)), ...thresholdSeries(same), ...recoverySeries(same)]
}

type Placed = Seen & { readonly comparable: boolean }

/** What was done to the service: numbers under another fault are other numbers. */
function faultOf({ faults, search }: JournalExperiment): string {
  return canonicalJson({
    faults: faults.map(({ type, workload, parameters }) => ({ type, workload, parameters })),
    search: search && { parameter: search.parameter, from: search.from, to: search.to },
  })
}

function objectiveSeries(name: string, seen: readonly Placed[]): Uncompared[] {
  const found = seen.flatMap((one) => {
    const objective = one.experiment.objectives.find((other) => other.name === name)
    return objective && one.experiment.ran ? [{ ...one, objective }] : []
  })
  const latest = found.at(-1)?.objective
  if (!latest) return []
  const { unit, need, means } = latest
  const alike = (objective: JudgedObjective) =>
    objective.unit === unit && (objective.need.kind === 'increase') === (need.kind === 'increase')
  const points = found
    .filter(({ objective }) => alike(objective))
    .map(({ run, comparable, objective }): Point => {
      const estimate = need.kind === 'increase' ? objective.increase : objective.fault
      const { value = null, low = null, high = null } = estimate ?? {}
      return { run, value, low, high, verdict: objective.verdict, comparable }
    })
  const high = need.kind === 'share' || need.kind === 'above'
  return [{ kind: 'objective', name, means, unit, need, goodSide: high ? 'high' : 'low', points }]
}

function thresholdSeries(seen: readonly Placed[]): Uncompared[] {
  const found = seen.flatMap((one) => (one.experiment.search ? [{ ...one, search: one.experiment.search }] : []))
  const latest = found.at(-1)?.search
  if (!latest) return []
  const { parameter, unit, atLeast } = latest
  return [
    {
      kind: 'threshold',
      name: parameter,
      means: 'largest that holds',
      unit,
      need: atLeast === null ? null : { kind: 'above', value: atLeast },
      goodSide: 'high',
      points: found
        .filter(({ search }) => search.parameter === parameter && search.unit === unit)
        .map((one) => ({
          run: one.run,
          ...between(one.search),
          verdict: one.experiment.verdict,
          comparable: one.comparable,
        })),
    },
  ]
}

/** It breaks somewhere between what holds and what does not. */
function between({ holds, breaks }: SearchResult): Pick<Point, 'value' | 'low' | 'high'> {
  return { value: holds, low: holds, high: breaks }
}

function recoverySeries(seen: readonly Placed[]): Uncompared[] {
  const found = seen.flatMap((one) => (one.experiment.recovery ? [{ ...one, recovery: one.experiment.recovery }] : []))
  const latest = found.at(-1)?.recovery
  if (!latest) return []
  return [
    {
      kind: 'recovery',
      name: 'recovery',
      means: 'until it was as good as before',
      unit: 'ms',
      need: latest.limitMs === null ? null : { kind: 'below', value: latest.limitMs },
      goodSide: 'low',
      points: found.map(({ run, comparable, recovery }) => ({
        run,
        ...ends(recovery),
        verdict: recovery.verdict,
        comparable,
      })),
    },
  ]
}

/** The later end is the one that counts. */
function ends({ lowMs, highMs }: Recovery): Pick<Point, 'value' | 'low' | 'high'> {
  return { value: highMs, low: lowMs, high: highMs }
}
