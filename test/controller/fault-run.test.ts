import { beforeEach, describe, expect, test, vi } from 'vitest'
import { FaultDesk } from '../../src/controller/fault-desk.ts'
import { FaultRun } from '../../src/controller/fault-run.ts'
import { undoLeftChanges } from '../../src/controller/undo-left-changes.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { KubeError } from '../../src/kube/kube-error.ts'
import { CONFIG_MAPS, DEPLOYMENTS, FAULTS, NAMESPACES } from '../../src/kube/resources.ts'
import type { TargetStatus } from '../../src/model/cluster/fault-object.ts'
import { FakeKube } from '../fakes/kube.ts'
import { type Deployment, replicas, type StoredFault, scaleFault, settingOn, shop } from './setting.ts'

let kube: FakeKube
let web: Deployment

beforeEach(() => {
  kube = new FakeKube()
  web = shop(kube)
})

const stored = () => kube.peek<StoredFault>(FAULTS, 'f', 'shop')
const record = (): TargetStatus | undefined => stored()?.status?.targets?.[0]
const records = () => kube.all(CONFIG_MAPS).length
const ended = (fault: StoredFault): StoredFault =>
  kube.place<StoredFault>(FAULTS, {
    ...fault,
    spec: { ...fault.spec, end: { by: 'abort', at: '2026-01-01T00:00:00Z' } },
  })
const refuse = (plural: string, verb: string) => (asked: { readonly plural: string; readonly verb: string }) =>
  asked.plural === plural && asked.verb === verb ? new KubeError(500, 'InternalError', 'no') : undefined

test('what must be put back is recorded before the first change, and put back', async () => {
  const fault = scaleFault(kube, web)
  const run = new FaultRun(settingOn(kube), fault)
  await run.wake()
  await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
  expect(replicas(kube)).toBe(1)
  const writes = kube.asked.filter(({ verb }) => verb === 'apply' || verb === 'patch').map(({ plural }) => plural)
  expect(writes.indexOf('configmaps')).toBeLessThan(writes.indexOf('deployments'))
  run.update(ended(fault))
  await vi.waitFor(() =>
    expect(record()).toMatchObject({ phase: 'Recovered', endedBy: 'controller', endReason: 'abort' }),
  )
  expect(replicas(kube)).toBe(3)
  expect(records()).toBe(0)
})

test('a fault ends at its deadline, asked or not', async () => {
  const run = new FaultRun(settingOn(kube), scaleFault(kube, web, { durationMs: 100 }))
  await run.wake()
  await vi.waitFor(() => expect(record()).toMatchObject({ phase: 'Recovered', endReason: 'deadline' }))
  expect(replicas(kube)).toBe(3)
})

test('a deleted object ends its fault', async () => {
  const run = new FaultRun(settingOn(kube), scaleFault(kube, web))
  await run.wake()
  expect(replicas(kube)).toBe(1)
  await kube.remove(FAULTS, 'f', 'shop')
  run.gone()
  await vi.waitFor(() => expect(run.isDone).toBe(true))
  expect(replicas(kube)).toBe(3)
  expect(records()).toBe(0)
})

describe('nothing is touched', () => {
  const untouched = async (fault: StoredFault, reason: string) => {
    await new FaultRun(settingOn(kube), fault).wake()
    await vi.waitFor(() => expect(record()?.phase).toBe('Refused'))
    expect(record()?.message).toContain(reason)
    expect(replicas(kube)).toBe(3)
    expect(records()).toBe(0)
  }

  test('where the namespace does not permit it', async () => {
    kube.place(NAMESPACES, { metadata: { name: 'shop', labels: {} } })
    await untouched(scaleFault(kube, web), 'kubectl label namespace shop')
  })

  test('when the target is another one by now', () =>
    untouched(scaleFault(kube, { metadata: { name: 'web', uid: 'former' } }), 'another one'))

  test('by parameters that mean nothing', () =>
    untouched(scaleFault(kube, web, { parameters: { to: -4 } }), 'parameters'))

  test('by a fault that is only prepared; it is asked again when it begins', async () => {
    kube.place(NAMESPACES, { metadata: { name: 'shop', labels: {} } })
    const fault = scaleFault(kube, web, { active: false })
    const run = new FaultRun(settingOn(kube), fault)
    await run.wake()
    await vi.waitFor(() => expect(record()?.phase).toBe('Refused'))
    kube.place(NAMESPACES, { metadata: { name: 'shop', labels: { 'seaworthy.dev/allow': 'true' } } })
    const now = stored() ?? fault
    run.update(kube.place<StoredFault>(FAULTS, { ...now, spec: { ...now.spec, active: true } }))
    await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
    expect(replicas(kube)).toBe(1)
  })

  test('while it cannot be recorded', async () => {
    const setting = settingOn(kube)
    kube.fail = refuse('configmaps', 'apply')
    const run = new FaultRun(setting, scaleFault(kube, web))
    await run.wake()
    expect(replicas(kube)).toBe(3)
    kube.fail = () => undefined
    await vi.waitFor(() => expect(replicas(kube)).toBe(1))
    await run.close()
  })
})

describe('a fault that is refused', () => {
  const ALLOWED = { 'seaworthy.dev/allow': 'true' }
  const label = (labels: Readonly<Record<string, string>>) =>
    kube.place(NAMESPACES, { metadata: { name: 'shop', labels } })
  const refused = async (fault: StoredFault) => {
    const run = new FaultRun(settingOn(kube), fault)
    await run.wake()
    await vi.waitFor(() => expect(record()?.phase).toBe('Refused'))
    return run
  }

  test('begins as soon as its namespace permits it', async () => {
    label({})
    const run = await refused(scaleFault(kube, web))
    label(ALLOWED)
    run.nudge()
    await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
    expect(record()?.message).toBeUndefined()
    expect(stored()?.status?.conditions?.find(({ type }) => type === 'Failed')?.status).toBe('False')
    await run.close()
  })

  test('begins when its target is there after all, though nobody tells', async () => {
    await kube.remove(DEPLOYMENTS, 'web', 'shop')
    const run = await refused(scaleFault(kube, web))
    kube.place(DEPLOYMENTS, web)
    await vi.waitFor(() => expect(record()?.phase).toBe('Injected'), { timeout: 10_000 })
    expect(replicas(kube)).toBe(1)
    await run.close()
  })

  test('stays so when it is asked later than it was to last', async () => {
    label({})
    const clock = { ...systemClock, now: () => Date.now() + aheadMs }
    let aheadMs = 0
    const run = new FaultRun({ ...settingOn(kube), clock }, scaleFault(kube, web))
    await run.wake()
    await vi.waitFor(() => expect(record()?.phase).toBe('Refused'))
    aheadMs = 60_001
    label(ALLOWED)
    run.nudge()
    await run.wake()
    expect(record()?.phase).toBe('Refused')
    expect(replicas(kube)).toBe(3)
    await run.close()
  })

  test('stays so for a controller that finds it much later', async () => {
    label({})
    const first = await refused(scaleFault(kube, web))
    await first.close()
    label(ALLOWED)
    const fault = stored()
    if (!fault) throw new Error('no fault')
    // It was created on the first of January 2026.
    const next = new FaultRun(
      { ...settingOn(kube), clock: { ...systemClock, now: () => Date.parse('2026-01-02') } },
      fault,
    )
    await next.wake()
    expect(record()?.phase).toBe('Refused')
    expect(replicas(kube)).toBe(3)
    await next.close()
  })
})

test('permission that is taken away ends what is on', async () => {
  const fault = scaleFault(kube, web)
  const desk = new FaultDesk(settingOn(kube))
  desk.onChange('added', fault)
  await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
  kube.place(NAMESPACES, { metadata: { name: 'shop', labels: { 'seaworthy.dev/allow': 'false' } } })
  desk.namespaceChanged('shop')
  await vi.waitFor(() => expect(record()).toMatchObject({ phase: 'Recovered', endReason: 'cleanup' }))
  expect(replicas(kube)).toBe(3)
})

describe('a controller that was killed', () => {
  test('in the middle is followed by one that goes on', async () => {
    const first = new FaultRun(settingOn(kube), scaleFault(kube, web))
    await first.wake()
    await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
    await first.close()
    const fault = stored()
    if (!fault) throw new Error('no fault')
    const desk = new FaultDesk(settingOn(kube))
    await desk.adopt([fault])
    await vi.waitFor(() => expect(desk.on.get('scale')).toBe(1))
    desk.onChange('changed', ended(fault))
    await vi.waitFor(() => expect(replicas(kube)).toBe(3))
    await vi.waitFor(() => expect(records()).toBe(0))
  })

  test('between its record and its word begins again from what was before', async () => {
    const dead = settingOn(kube)
    kube.fail = (asked) =>
      asked.plural === 'faults' && asked.verb === 'apply' ? new KubeError(0, '', 'killed') : undefined
    const first = new FaultRun(dead, scaleFault(kube, web))
    await first.wake()
    expect(replicas(kube)).toBe(1)
    const closing = first.close()
    kube.fail = () => undefined
    const fault = stored()
    if (!fault) throw new Error('no fault')
    const desk = new FaultDesk(settingOn(kube))
    await desk.adopt([fault])
    await vi.waitFor(() => expect(record()?.phase).toBe('Injected'))
    expect(replicas(kube)).toBe(1)
    desk.onChange('changed', ended(stored() ?? fault))
    await vi.waitFor(() => expect(replicas(kube)).toBe(3))
    await closing
  })

  test('before its fault was deleted is followed by one that puts everything back', async () => {
    const first = new FaultRun(settingOn(kube), scaleFault(kube, web))
    await first.wake()
    await first.close()
    await kube.remove(FAULTS, 'f', 'shop')
    await new FaultDesk(settingOn(kube)).adopt([])
    await vi.waitFor(() => expect(replicas(kube)).toBe(3))
    await vi.waitFor(() => expect(records()).toBe(0))
  })

  test('for good is replaced by whoever uninstalls', async () => {
    const first = new FaultRun(settingOn(kube), scaleFault(kube, web))
    await first.wake()
    await first.close()
    kube.fail = refuse('deployments', 'patch')
    expect((await undoLeftChanges(kube, 'own'))[0]?.what).toContain('Deployment shop/web')
    kube.fail = () => undefined
    expect(await undoLeftChanges(kube, 'own')).toEqual([])
    expect(replicas(kube)).toBe(3)
  })
})

test('what cannot be put back is named, and tried again until it is', async () => {
  const fault = scaleFault(kube, web)
  const run = new FaultRun(settingOn(kube), fault)
  await run.wake()
  kube.fail = refuse('deployments', 'patch')
  run.update(ended(fault))
  await vi.waitFor(() => expect(record()?.leftovers?.[0]).toContain('Deployment shop/web: spec.replicas'))
  expect(stored()?.status?.conditions?.find(({ type }) => type === 'Failed')?.reason).toBe('LeftBehind')
  kube.fail = () => undefined
  await vi.waitFor(() => expect(record()?.phase).toBe('Recovered'), { timeout: 10_000 })
  expect(record()?.leftovers).toBeUndefined()
  expect(replicas(kube)).toBe(3)
})

test('what somebody else has changed since stays so, and is said', async () => {
  const fault = scaleFault(kube, web)
  const run = new FaultRun(settingOn(kube), fault)
  await run.wake()
  await kube.patch(DEPLOYMENTS, 'web', 'shop', { spec: { replicas: 9 } }, { type: 'merge' })
  run.update(ended(fault))
  await vi.waitFor(() => expect(record()?.phase).toBe('Recovered'))
  expect(replicas(kube)).toBe(9)
  expect(record()?.message).toContain('spec.replicas')
})
