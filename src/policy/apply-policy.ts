import type { PolicyChange, PolicyRecord } from '../model/policy.ts'
import type { RunRequest } from '../model/request.ts'
import type { Suite } from '../model/suite.ts'
import { compareSuites } from './compare-suites.ts'
import { tighten } from './tighten.ts'

type Asked = Pick<RunRequest, 'mode' | 'onInconclusive' | 'only'>

/** What a run is held to. */
export interface Held {
  readonly suite: Suite
  readonly mode: RunRequest['mode']
  readonly onInconclusive: RunRequest['onInconclusive']
  /** Undefined where there was no base to ask. */
  readonly policy: PolicyRecord | undefined
}

/** The base's suite with where it was read; without a suite there is none at the base. */
export interface Base {
  readonly where: string
  readonly suite: Suite | undefined
}

/**
 * The strictest of what the base's suite, the head's suite and the inputs say. Limits of the base count; everything else
 * that the head would loosen is noted, and blocks where the base requires it.
 */
export function applyPolicy(head: Suite, asked: Asked, base: Base | undefined): Held {
  if (!base) return { suite: head, mode: asked.mode, onInconclusive: asked.onInconclusive, policy: undefined }
  const policies = [base.suite?.policy, head.policy]
  const mustEnforce = policies.some((policy) => policy?.mode === 'enforce')
  const mustFail = policies.some((policy) => policy?.onInconclusive === 'fail')
  const held = {
    mode: mustEnforce ? ('enforce' as const) : asked.mode,
    onInconclusive: mustFail ? ('fail' as const) : asked.onInconclusive,
  }
  const { where } = base
  if (!base.suite)
    return { suite: head, ...held, policy: { base: where, found: false, changes: [...overruled(asked, held)] } }
  const left =
    asked.only.length === 0 ? [] : head.experiments.map(({ name }) => name).filter((name) => !asked.only.includes(name))
  const tightened = tighten(base.suite, head)
  const changes = [...compareSuites(base.suite, head, left), ...tightened.changes, ...overruled(asked, held)]
  return { suite: tightened.suite, ...held, policy: { base: where, found: true, changes } }
}

/** Inputs come from the workflow, which a change may edit as well as its suite. */
function overruled(asked: Asked, held: Pick<Held, 'mode' | 'onInconclusive'>): readonly PolicyChange[] {
  const inputs = [
    ['input mode', held.mode, asked.mode],
    ['input on-inconclusive', held.onInconclusive, asked.onInconclusive],
  ] as const
  return inputs.flatMap(([what, from, to]) =>
    from === to ? [] : [{ what, from, to, kind: 'loosened' as const, effect: 'base-counts' as const }],
  )
}
