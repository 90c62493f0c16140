import type { Suite } from '../../src/model/suite.ts'
import { applyPolicy, type Base, type Held } from '../../src/policy/apply-policy.ts'
import { loadBase } from '../../src/suite/load-base.ts'
import { suiteOf } from '../e2e/suite-of.ts'

export type Changes = Readonly<Record<string, unknown>>

export const KILL = { name: 'one dies', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } }
export const SLOW = {
  name: 'slow',
  fault: { type: 'network-delay', target: { workload: 'web' }, latency: '200ms' },
  objectives: { fast: 'off' },
  recovery: { within: '600ms' },
}
export const OBJECTIVES = [
  { name: 'availability', indicator: { traffic: 'success' }, target: '99.5%' },
  { name: 'fast', indicator: { traffic: 'latency', under: '300ms' }, target: '99%' },
  { name: 'p99', indicator: { traffic: 'latency', quantile: '99%' }, below: '500ms' },
]

export function suite(experiments: readonly object[] = [KILL, SLOW], changes: Changes = {}): Suite {
  return loadBase(suiteOf(experiments, { objectives: OBJECTIVES, ...changes }), 'seaworthy.yaml', {})
}

const baseOf = (made: Suite | undefined): Base => ({ where: 'seaworthy.yaml at ba5e000', suite: made })

export function held(
  base: Suite | undefined,
  head: Suite,
  asked: Partial<Parameters<typeof applyPolicy>[1]> = {},
): Held {
  return applyPolicy(head, { mode: 'enforce', onInconclusive: 'fail', only: [], ...asked }, baseOf(base))
}
