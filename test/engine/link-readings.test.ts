import { expect, test } from 'vitest'
import { crossingsOf, joinReadings, probesOf } from '../../src/engine/link-readings.ts'
import type { Reading } from '../../src/model/recipe.ts'
import { recipeFor } from '../agent/recipes.ts'

type LinkReading = Extract<Reading, { readonly probe: 'link-rule' }>

function link(more: Partial<LinkReading> = {}, medianMs: number | undefined = 1): LinkReading {
  return {
    probe: 'link-rule',
    active: true,
    connections: 2,
    connectionsHit: 1,
    requestsMatched: 4,
    requestsHit: 3,
    bytesHit: 10,
    medianHeldMs: 5,
    answers: { attempts: 20, answered: 10, medianMs, statuses: { '200': 9, '503': 1 } },
    ...more,
  }
}

test('each rule is looked at by itself, on its own links', () => {
  expect(probesOf(recipeFor('f', 'network-partition'))).toMatchObject([
    { probe: 'link-rule', id: 'f-in', links: { to: { workload: 'api' } } },
    { probe: 'link-rule', id: 'f-out', links: { from: { workload: 'api' } } },
  ])
  expect(probesOf(recipeFor('f', 'network-bandwidth', { rate: '1kbit' }))).toHaveLength(4)
  expect(probesOf(recipeFor('f', 'pod-kill'))).toHaveLength(1)
})

test('judged traffic may meet a fault on any of its links, and is counted once', () => {
  const both = [{ to: { workload: 'api' } }, { from: { workload: 'api' } }]
  expect(crossingsOf(recipeFor('f', 'network-partition'))).toEqual(both)
  expect(crossingsOf(recipeFor('f', 'network-bandwidth', { rate: '1kbit' }))).toEqual(both)
  expect(crossingsOf(recipeFor('f', 'pod-kill'))).toEqual([{ to: { workload: 'api' } }])
})

test('a single reading is itself', () => {
  const [before, under] = [link(), link()]
  expect(joinReadings([before], [under])).toEqual({ before, under })
  expect(joinReadings(undefined, [under])).toEqual({ before: undefined, under })
})

test('counts add up, and rules must all be in force', () => {
  const { under } = joinReadings(undefined, [link(), link()])
  expect(under).toMatchObject({
    active: true,
    connections: 4,
    connectionsHit: 2,
    requestsMatched: 8,
    requestsHit: 6,
    bytesHit: 20,
    answers: { attempts: 40, answered: 20, statuses: { '200': 18, '503': 2 } },
  })
  expect(joinReadings(undefined, [link(), link({ active: false })]).under).toMatchObject({ active: false })
})

test('the round trip is that of the rule that changed least', () => {
  const { before, under } = joinReadings([link({}, 1), link({}, 50)], [link({}, 201), link({}, 60)])
  expect(before).toMatchObject({ answers: { medianMs: 50 } })
  expect(under).toMatchObject({ answers: { medianMs: 60 } })
})

test('a round trip that was not measured is no change, and does not hide one that was', () => {
  const { before, under } = joinReadings(
    [link({}, 1), link({}, 2)],
    [link({}, 201), link({ answers: { attempts: 0, answered: 0, medianMs: undefined, statuses: {} } })],
  )
  expect([before, under]).toMatchObject([{ answers: { medianMs: 1 } }, { answers: { medianMs: 201 } }])
})

test('what traffic waited is what most of it waited', () => {
  const { under } = joinReadings(undefined, [
    link({ medianHeldMs: 0.1, bytesHit: 100 }),
    link({ medianHeldMs: 80, bytesHit: 9_000 }),
  ])
  expect(under).toMatchObject({ medianHeldMs: 80 })
})
