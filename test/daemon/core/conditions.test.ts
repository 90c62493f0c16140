import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conditionsOf } from '../../../src/model/cluster/conditions.ts'
import {
  CONDITIONS,
  type FaultSpecification,
  TARGET_PHASES,
  type TargetStatus,
} from '../../../src/model/cluster/fault-object.ts'

const spec = (uids: readonly string[]): FaultSpecification => ({
  type: 'cut',
  parameters: {},
  targets: uids.map((uid) => ({ kind: 'Pod', name: `pod-${uid}`, uid })),
  durationMs: 1_000,
  active: true,
  seed: 1,
})

const record = fc.record(
  {
    phase: fc.constantFrom(...TARGET_PHASES),
    injectedAt: fc.constant('2026-01-01T00:00:00.000000Z'),
    recoveredAt: fc.constant('2026-01-01T00:00:01.000000Z'),
    leftovers: fc.constant<string[]>(['table sw']),
  },
  { requiredKeys: [] },
)
const records = fc.array(record, { maxLength: 5 })

function judge(all: readonly Partial<TargetStatus>[], missing = 0) {
  const uids = [...all, ...Array.from({ length: missing })].map((_, place) => `u${place}`)
  const known = new Map(all.map((one, place) => [`u${place}`, { uid: `u${place}`, ...one }]))
  const conditions = conditionsOf(spec(uids), known, 1, [], 'now')
  return (type: string) => conditions.find((condition) => condition.type === type)
}

test('Injected is true only when it is on all targets', () => {
  fc.assert(
    fc.property(records, fc.nat({ max: 2 }), (all, missing) => {
      const on = all.length + missing > 0 && missing === 0 && all.every(({ phase }) => phase === 'Injected')
      expect(judge(all, missing)('Injected')?.status).toBe(on ? 'True' : 'False')
    }),
  )
})

test('Recovered is never true while anything is left or not over', () => {
  fc.assert(
    fc.property(records, (all) => {
      if (judge(all)('Recovered')?.status !== 'True') return
      expect(all.flatMap(({ leftovers = [] }) => leftovers)).toEqual([])
      for (const { injectedAt, recoveredAt } of all) if (injectedAt) expect(recoveredAt).toBeDefined()
    }),
  )
})

test('Failed is true for whatever did not go as asked, and names it', () => {
  fc.assert(
    fc.property(records, (all) => {
      const wrong = all.some(({ phase, leftovers }) => leftovers || ['Failed', 'Refused', 'Gone'].includes(phase ?? ''))
      expect(judge(all)('Failed')?.status).toBe(wrong ? 'True' : 'False')
    }),
  )
  expect(judge([{ phase: 'Failed', message: 'no such table' }])('Failed')?.message).toBe('pod-u0: no such table')
})

test('a fault without targets is selected by nobody, and says so', () => {
  expect(judge([])('Selected')).toMatchObject({ status: 'False', reason: 'NoTargets' })
})

test('a target that another one took the place of counts no more', () => {
  const replaced = spec(['u0'])
  const targets = [...replaced.targets, { kind: 'Pod', name: 'pod-u1', uid: 'u1', replaces: 'u0' }]
  const known = new Map<string, TargetStatus>([
    ['u0', { uid: 'u0', phase: 'Gone' }],
    ['u1', { uid: 'u1', phase: 'Injected' }],
  ])
  const conditions = conditionsOf({ ...replaced, targets }, known, 1, [], 'now')
  expect(conditions.find(({ type }) => type === 'Injected')?.status).toBe('True')
})

test('they keep their order, and their time while they do not change', () => {
  fc.assert(
    fc.property(records, records, (before, after) => {
      const uids = after.map((_, place) => `u${place}`)
      const map = (all: readonly Partial<TargetStatus>[]) =>
        new Map(all.map((one, place) => [`u${place}`, { uid: `u${place}`, ...one }]))
      const former = conditionsOf(spec(uids), map(before), 1, [], 'then')
      const present = conditionsOf(spec(uids), map(after), 1, former.toReversed(), 'now')
      expect(present.map(({ type }) => type)).toEqual([...CONDITIONS])
      for (const [place, condition] of present.entries()) {
        const same = condition.status === former[place]?.status
        expect(condition.lastTransitionTime).toBe(same ? 'then' : 'now')
      }
    }),
  )
})
