import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evidenceOf, type Known } from '../../src/engine/evidence.ts'
import { recipeFor } from '../agent/recipes.ts'
import { planned } from './planned.ts'

const NOT_DONE = { action: { do: 'hold', replica: 'api-2' } as const, ok: false, detail: 'no such process' }
const DONE = { action: { do: 'hold', replica: 'api-1' } as const, ok: true, detail: '' }

function known(more: Partial<Known> = {}): Known {
  return {
    fault: planned('e1f1', 'pod-failure'),
    injectedAtMs: 5,
    outcomes: [DONE],
    effect: {
      injected: [
        { target: 'api-1', ok: true, detail: 'taken down' },
        { target: 'api-2', ok: true, detail: 'taken down' },
      ],
      effective: true,
      seen: 'it was seen',
    },
    unmeasured: 'nobody looked',
    crossed: 3,
    end: undefined,
    endedEarly: false,
    ...more,
  }
}

test('each status has its place: not injected before not effective before not observed before proven', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.nat({ max: 2 }),
      fc.boolean(),
      (done, there, effective, crossed, endedEarly) => {
        const effect = { injected: [{ target: 'api-2', ok: there, detail: '' }], effective, seen: '' }
        const { status } = evidenceOf(known({ outcomes: done ? [DONE] : [NOT_DONE], effect, crossed, endedEarly }))
        const expected = !(done && there)
          ? 'not-injected'
          : !effective || endedEarly
            ? 'not-effective'
            : crossed === 0
              ? 'not-observed'
              : 'proven'
        expect(status).toBe(expected)
      },
    ),
  )
})

test('a target that could not be hurt is named with what went wrong, and the others are not', () => {
  expect(evidenceOf(known({ outcomes: [DONE, NOT_DONE] })).injected).toEqual([
    { target: 'api-1', ok: true, detail: 'taken down' },
    { target: 'api-2', ok: false, detail: 'no such process' },
  ])
})

test('an action for all targets that failed failed for each', () => {
  const outcome = { action: { do: 'remove-link-rule', id: 'x' } as const, ok: false, detail: 'refused' }
  const { status, injected } = evidenceOf(known({ outcomes: [outcome] }))
  expect(status).toBe('not-injected')
  expect(injected.map(({ ok }) => ok)).toEqual([false, false])
})

test('without a reading it is the engine alone who says so, and that is not effective', () => {
  expect(evidenceOf(known({ effect: undefined }))).toMatchObject({
    status: 'not-effective',
    seen: 'nobody looked',
    injected: [
      { target: 'api-1', ok: true },
      { target: 'api-2', ok: true },
    ],
  })
})

test('without a recipe there was nothing to hurt', () => {
  const fault = { ...planned('e1f1', 'pod-failure'), recipe: undefined, replicas: [] }
  expect(evidenceOf(known({ fault, effect: undefined }))).toMatchObject({
    status: 'not-injected',
    injected: [],
    mechanism: 'none',
  })
})

test('who ended it, and when', () => {
  const gone = { endedAtMs: 9, by: 'request' as const, leftovers: [] }
  const left = { ...gone, leftovers: [{ what: 'a', why: 'b', remedy: 'c' }] }
  expect(evidenceOf(known())).toMatchObject({ endedBy: 'not-ended', recoveredAtMs: null })
  expect(evidenceOf(known({ end: gone }))).toMatchObject({ endedBy: 'agent', recoveredAtMs: 9 })
  expect(evidenceOf(known({ end: left }))).toMatchObject({ endedBy: 'not-ended', recoveredAtMs: null })
  const kill = { ...planned('e1f1', 'pod-kill'), recipe: recipeFor('e1f1', 'pod-kill') }
  expect(evidenceOf(known({ fault: kill, end: gone }))).toMatchObject({
    endedBy: 'nothing-to-end',
    recoveredAtMs: 9,
  })
})
