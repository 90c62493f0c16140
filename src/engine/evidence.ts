import type { ActionOutcome, FaultEnd } from '../agent/fault.ts'
import { replicaOf } from '../agent/resource.ts'
import type { Effect } from '../model/effect.ts'
import type { Evidence } from '../model/evidence.ts'
import type { PlannedFault } from '../model/plan.ts'
import type { Recipe } from '../model/recipe.ts'

/** All that is known about a fault when its evidence is asked for. */
export interface Known {
  readonly fault: PlannedFault
  readonly injectedAtMs: number
  /** The engine's word for each action; empty when nothing was applied. */
  readonly outcomes: readonly ActionOutcome[]
  /** What the readings say; undefined when none could be taken, and then `unmeasured` says why. */
  readonly effect: Effect | undefined
  readonly unmeasured: string
  readonly crossed: number
  readonly end: FaultEnd | undefined
  /** It was over before anybody asked it to end. */
  readonly endedEarly: boolean
}

/**
 * The evidence for one fault. The worst that applies is its status, in this order: not on every target, on them but without its
 * effect, effective but met by none of the judged traffic, proven. What is not known counts as not so.
 */
export function evidenceOf(known: Known): Evidence {
  const { fault, effect, end } = known
  const injected = injectedOn(known)
  const seen = effect?.seen ?? known.unmeasured
  return {
    fault: fault.id,
    type: fault.type,
    status: statusOf(known, injected),
    injected: [...injected],
    seen: known.endedEarly ? `${seen}; it was over before it was asked to end` : seen,
    crossed: known.crossed,
    mechanism: fault.recipe?.mechanism ?? 'none',
    endedBy: fault.recipe === undefined ? 'nothing-to-end' : endedBy(fault.recipe, end),
    injectedAtMs: known.injectedAtMs,
    recoveredAtMs: end && end.leftovers.length === 0 ? end.endedAtMs : null,
  }
}

function statusOf(known: Known, injected: Evidence['injected']): Evidence['status'] {
  if (injected.length === 0 || injected.some(({ ok }) => !ok)) return 'not-injected'
  if (!known.effect?.effective || known.endedEarly) return 'not-effective'
  return known.crossed > 0 ? 'proven' : 'not-observed'
}

/** The engine's word and the readings' word for each target; both must be good. */
function injectedOn(known: Known): Evidence['injected'] {
  if (known.fault.recipe === undefined) return []
  const targets =
    known.effect?.injected ?? known.fault.replicas.map((target) => ({ target, ok: true, detail: 'applied' }))
  const failed = known.outcomes.filter(({ ok }) => !ok)
  return targets.map((target) => {
    const own = failed.filter(({ action }) => [undefined, target.target].includes(replicaOf(action)))
    return own.length === 0
      ? { ...target }
      : { target: target.target, ok: false, detail: own.map(({ detail }) => detail).join('; ') }
  })
}

function endedBy(recipe: Recipe, end: FaultEnd | undefined): Evidence['endedBy'] {
  if (recipe.expires === 'nothing-to-end') return 'nothing-to-end'
  if (end === undefined || end.leftovers.length > 0) return 'not-ended'
  return recipe.expires
}
