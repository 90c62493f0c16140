import {
  CONDITIONS,
  type FaultCondition,
  type FaultSpecification,
  type FaultTarget,
  type TargetStatus,
} from './fault-object.ts'

type Verdict = Pick<FaultCondition, 'status' | 'reason' | 'message'>

const LONGEST_MESSAGE = 2_000

/**
 * The conditions of a fault from the records of all its targets, whoever wrote them. Pure: `at` becomes the transition time
 * of those that changed. Always all of them, in the same order, so that `kubectl wait` and people find them at their place.
 */
export function conditionsOf(
  spec: FaultSpecification,
  records: ReadonlyMap<string, TargetStatus>,
  generation: number | undefined,
  former: readonly FaultCondition[],
  at: string,
): readonly FaultCondition[] {
  const count = countRecords(spec, records)
  const verdicts = {
    Selected: selected(count),
    Injected: injected(count, spec),
    Recovered: recovered(count),
    Failed: failed(count),
  }
  return CONDITIONS.map((type) => {
    const before = former.find((condition) => condition.type === type)
    const verdict = verdicts[type]
    return {
      type,
      ...verdict,
      message: clipped(verdict.message),
      lastTransitionTime: before && before.status === verdict.status ? before.lastTransitionTime : at,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    }
  })
}

interface Count {
  readonly all: number
  readonly unknown: number
  readonly refused: readonly string[]
  readonly failed: readonly string[]
  readonly gone: readonly string[]
  readonly leftOver: readonly string[]
  readonly on: number
  /** Had it at some time. */
  readonly touched: number
  readonly recovered: number
}

/** A target that another one took the place of does not count any more. */
function countRecords(spec: FaultSpecification, records: ReadonlyMap<string, TargetStatus>): Count {
  const replaced = new Set(spec.targets.flatMap(({ replaces }) => replaces ?? []))
  const present = spec.targets
    .filter(({ uid }) => !replaced.has(uid))
    .map((target) => ({ target, record: records.get(target.uid) }))
  const having = (phase: TargetStatus['phase']) =>
    present.flatMap(({ target, record }) => (record?.phase === phase ? [spoken(target, record)] : []))
  const touched = present.filter(({ record }) => record?.injectedAt !== undefined)
  return {
    all: present.length,
    unknown: present.filter(({ record }) => record?.phase === undefined).length,
    refused: having('Refused'),
    failed: having('Failed'),
    gone: having('Gone'),
    leftOver: present.flatMap(({ target, record }) =>
      (record?.leftovers ?? []).map((what) => `${target.name}: ${what}`),
    ),
    on: having('Injected').length,
    touched: touched.length,
    recovered: touched.filter(({ record }) => record?.recoveredAt !== undefined).length,
  }
}

function spoken({ name }: FaultTarget, record: TargetStatus | undefined): string {
  return record?.message === undefined ? name : `${name}: ${record.message}`
}

function selected({ all, unknown, refused }: Count): Verdict {
  if (all === 0) return verdict('False', 'NoTargets', 'the spec names no target')
  if (refused.length > 0) return verdict('False', 'Refused', refused.join('; '))
  if (unknown > 0) return verdict('Unknown', 'Waiting', `${unknown} of ${all} targets were not found yet`)
  return verdict('True', 'AllFound', `all of ${all} targets were found and checked`)
}

function injected(count: Count, spec: FaultSpecification): Verdict {
  const { all, on, touched, recovered: over } = count
  if (all > 0 && on === all) return verdict('True', 'OnAllTargets', `on all of ${all} targets`)
  const broken = [...count.refused, ...count.failed]
  if (broken.length > 0) return verdict('False', 'NotOnAllTargets', broken.join('; '))
  if (touched > 0 && over === touched) return verdict('False', 'Ended', `it was on ${touched} of ${all} targets`)
  if (!spec.active) return verdict('False', 'NotAskedFor', 'it is prepared only: spec.active is false')
  return verdict('False', 'Waiting', `on ${on} of ${all} targets`)
}

function recovered({ touched, recovered: over, leftOver, on }: Count): Verdict {
  if (leftOver.length > 0) return verdict('False', 'LeftBehind', leftOver.join('; '))
  if (touched === 0) return verdict('False', 'NotInjected', 'it was never on any target')
  if (over === touched) return verdict('True', 'NothingLeft', `nothing of it is left on ${over} targets`)
  return verdict('False', 'StillOn', `it is still on ${on} targets`)
}

function failed({ refused, failed: broken, gone, leftOver }: Count): Verdict {
  if (leftOver.length > 0) return verdict('True', 'LeftBehind', leftOver.join('; '))
  if (broken.length > 0) return verdict('True', 'Failed', broken.join('; '))
  if (refused.length > 0) return verdict('True', 'Refused', refused.join('; '))
  if (gone.length > 0) return verdict('True', 'TargetGone', gone.join('; '))
  return verdict('False', 'AsPlanned', 'nothing went wrong')
}

function verdict(status: Verdict['status'], reason: string, message: string): Verdict {
  return { status, reason, message }
}

function clipped(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 1)}…` : text
}
