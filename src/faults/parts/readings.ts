import type { Effect } from '../../model/effect.ts'
import type { TargetFacts } from '../../model/fault.ts'
import type { Reading, ReplicaState } from '../../model/recipe.ts'

export type ReadingOf<Kind extends Reading['probe']> = Extract<Reading, { readonly probe: Kind }>
export type LinkAnswers = ReadingOf<'link-rule'>['answers']

/** The reading if it is of this kind; a reading of another kind proves nothing. */
export function readingOf<Kind extends Reading['probe']>(
  reading: Reading | undefined,
  kind: Kind,
): ReadingOf<Kind> | undefined {
  return reading?.probe === kind ? (reading as ReadingOf<Kind>) : undefined
}

/** Nothing was seen, for a reason in words. */
export function unseen(facts: TargetFacts, seen: string): Effect {
  return { injected: onEvery(facts, false, seen), effective: false, seen }
}

/** The same word for each target. */
export function onEvery(facts: TargetFacts, ok: boolean, detail: string): Effect['injected'] {
  return facts.replicas.map((target) => ({ target, ok, detail }))
}

/** The state of one replica, where the probe has it. */
export function stateOf(reading: ReadingOf<'replica-state'> | undefined, replica: string): ReplicaState | undefined {
  return reading?.replicas.find((state) => state.replica === replica)
}
