import { beforeEach, expect, test } from 'vitest'
import { Backstop } from '../../src/controller/backstop.ts'
import type { Clock } from '../../src/kit/clock.ts'
import { FAULTS } from '../../src/kube/resources.ts'
import type { TargetStatus } from '../../src/model/cluster/fault-object.ts'
import { FakeKube } from '../fakes/kube.ts'
import { type StoredFault, scaleFault, settingOn, shop } from './setting.ts'

let kube: FakeKube
let fault: StoredFault
let nowMs: number
/** What the backstop sees, which may be older than what the server has. */
let view: StoredFault[]
let backstop: Backstop

beforeEach(() => {
  kube = new FakeKube()
  fault = scaleFault(kube, shop(kube))
  nowMs = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { now: () => nowMs, monotonic: () => nowMs, sleep: async () => undefined }
  const { events, onTrouble } = settingOn(kube)
  backstop = new Backstop({
    client: kube,
    clock,
    events,
    onTrouble,
    faults: { all: () => view },
    isRunAlive: () => true,
    placeOf: async () => undefined,
  })
  view = [fault]
})

const stored = () => kube.peek<StoredFault>(FAULTS, 'f', 'shop') ?? fault
const failed = () => stored().status?.conditions?.find(({ type }) => type === 'Failed')

async function checkedAfter(ms: number): Promise<void> {
  nowMs += ms
  await backstop.check()
}

function says(record: Partial<TargetStatus>): void {
  const [target] = fault.spec.targets
  const now = stored()
  kube.place(FAULTS, { ...now, status: { ...now.status, targets: [{ uid: target?.uid ?? '', ...record }] } })
}

const look = () => {
  view = [stored()]
}

test('a target of which nobody speaks has failed, until somebody does', async () => {
  await checkedAfter(0)
  await checkedAfter(9_000)
  expect(failed()).toBeUndefined()
  await checkedAfter(2_000)
  expect(failed()).toMatchObject({ status: 'True', reason: 'NoAnswer' })
  says({ phase: 'Injected', injectedAt: '2026-01-01T00:00:12Z' })
  look()
  await checkedAfter(1_000)
  expect(failed()).toMatchObject({ status: 'False', reason: 'AsPlanned' })
})

const others = (count: number) =>
  Array.from({ length: count }, (_, index): StoredFault => {
    const status = { targets: [{ uid: `u${index}`, phase: 'Injected' as const }] }
    return { ...fault, metadata: { ...fault.metadata, uid: `other-${index}`, name: `other-${index}` }, status }
  })

test('a target waits for its turn while others are spoken of, and not for ever', async () => {
  for (let count = 0; count < 11; count += 1) {
    view = [fault, ...others(count)]
    await checkedAfter(5_000)
    expect(failed()).toBeUndefined()
  }
  view = [fault, ...others(12)]
  await checkedAfter(15_000)
  expect(failed()).toMatchObject({ status: 'True', reason: 'NoAnswer' })
})

test('that others go is no word of anybody, for which it would have to wait longer', async () => {
  for (const count of [4, 3, 2]) {
    view = [fault, ...others(count)]
    await checkedAfter(4_000)
    expect(failed()).toBeUndefined()
  }
  view = [fault, ...others(1)]
  await checkedAfter(4_000)
  expect(failed()).toMatchObject({ status: 'True', reason: 'NoAnswer' })
})

test('what the actor has said meanwhile is not written over', async () => {
  await checkedAfter(0)
  says({ phase: 'Injected' })
  await checkedAfter(20_000)
  expect(failed()).toBeUndefined()
  look()
  await checkedAfter(1_000)
  expect(failed()).toBeUndefined()
})

test('one that waits has spoken', async () => {
  says({ message: 'waits for the pod to run' })
  look()
  await checkedAfter(0)
  await checkedAfter(20_000)
  expect(failed()).toBeUndefined()
})

test('an old fault that was not seen before has time to be spoken of', async () => {
  await checkedAfter(600_000)
  expect(failed()).toBeUndefined()
  says({ phase: 'Injected', expiresAt: '2026-01-01T00:00:10Z' })
  look()
  await checkedAfter(9_000)
  expect(failed()).toBeUndefined()
  await checkedAfter(7_000)
  expect(failed()).toMatchObject({ status: 'True', reason: 'Overdue' })
  says({ phase: 'Recovered', recoveredAt: '2026-01-01T00:10:20Z' })
  look()
  await checkedAfter(1_000)
  expect(failed()?.status).toBe('False')
})
