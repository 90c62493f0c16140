import { describe, expect, test } from 'vitest'
import { EVENTS, FAULTS, PODS } from '../../../src/kube/resources.ts'
import { setting, until } from './setting.ts'

describe('a fault on a pod', () => {
  test('is on when its status says so, and over when it is asked to end', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'])
    const injected = await world.phase(name, 'Injected')
    expect(world.kernel.hurt).toEqual(['web'])
    expect(injected).toMatchObject({ mechanism: 'cut', node: 'node-1' })
    expect(injected.injectedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(world.condition(name, 'Injected')).toBe('True')
    expect(world.object(name)?.status?.conditions?.map(({ type }) => type)).toEqual([
      'Selected',
      'Injected',
      'Recovered',
      'Failed',
    ])
    await world.end(name)
    const record = await world.phase(name, 'Recovered')
    expect(record).toMatchObject({ endedBy: 'daemon', endReason: 'request' })
    expect(world.condition(name, 'Recovered')).toBe('True')
    expect(world.kernel.hurt).toEqual([])
    expect(world.kernel.unwritten).toEqual([])
  })

  test('that lasts for its whole time is put on once', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'], { durationMs: 200 })
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'deadline' })
    expect(world.kernel.log.filter((line) => line.startsWith('apply'))).toHaveLength(1)
  })

  test('on a pod that was not there yet is put on once, though it was to be looked for again', async () => {
    const world = await setting()
    world.kernel.sandboxes.set('web', undefined)
    await world.daemon()
    const name = await world.fault('cut', ['web'], { durationMs: 2_000 })
    await until('it was looked for', () => world.kernel.finds > 0)
    world.kernel.sandboxes.delete('web')
    world.pod('web')
    await world.phase(name, 'Injected')
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'deadline' })
    expect(world.kernel.log.filter((line) => line.startsWith('apply'))).toEqual(['apply drop web'])
  })

  test('is read before, under and after', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'])
    await until('it was read', () => world.record(name)?.under)
    expect(world.record(name)).toMatchObject({ before: { ready: true }, under: { ready: false } })
    const { at = 0 } = world.record(name)?.under ?? {}
    world.kernel.packets = 12
    await until('traffic met it', () => world.record(name)?.under?.matched === 12)
    expect(world.record(name)?.under?.at).toBeGreaterThan(at)
    await world.end(name)
    await until('it was read again', () => world.record(name)?.after?.ready)
  })

  test('tells one write for its beginning, whatever number of targets it has here', async () => {
    const world = await setting()
    const pods = ['a', 'b', 'c', 'd']
    for (const pod of pods) world.pod(pod)
    await world.daemon()
    let first: number | undefined
    world.kube.fail = ({ verb }) => {
      if (verb === 'apply') first ??= world.kernel.hurt.length
      return undefined
    }
    const name = await world.fault('cut', pods)
    await until('it is on all', () => world.condition(name, 'Injected') === 'True')
    expect(world.writes(name)).toBe(1)
    expect(first).toBe(4)
    await world.end(name)
    await until('it is over', () => world.condition(name, 'Recovered') === 'True')
    await until('it was read after', () => world.record(name, 'd')?.after)
    expect(world.writes(name)).toBeLessThanOrEqual(4)
  })

  test('ends at its deadline: by the kernel where the kernel ends it, else by the daemon', async () => {
    const world = await setting()
    await world.daemon()
    const cut = await world.fault('cut', ['web'], { durationMs: 150 })
    const burn = await world.fault('burn', ['web'], { durationMs: 150 })
    expect(await world.phase(cut, 'Recovered')).toMatchObject({ endedBy: 'kernel', endReason: 'deadline' })
    expect(await world.phase(burn, 'Recovered')).toMatchObject({ endedBy: 'daemon', endReason: 'deadline' })
    expect(world.kernel.on.size).toBe(0)
  })

  test('is undone when its object is deleted, and leaves no entry', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    await world.kube.remove(FAULTS, name, 'shop')
    await until('it is undone', () => world.kernel.on.size === 0)
    await until('the journal is empty', async () => (await world.journal()).length === 0)
  })

  test('is told in events, folded over its targets', async () => {
    const world = await setting()
    world.pod('db')
    await world.daemon()
    const name = await world.fault('cut', ['web', 'db'])
    type Event = {
      readonly metadata: { readonly name: string }
      readonly reason: string
      readonly count: number
      readonly involvedObject: unknown
    }
    await until('an event', () => world.kube.all<Event>(EVENTS).length > 0)
    const [event] = world.kube.all<Event>(EVENTS)
    expect(event).toMatchObject({
      reason: 'Injected',
      count: 2,
      involvedObject: { kind: 'Fault', name, namespace: 'shop' },
    })
  })
})

describe('a fault that is prepared first', () => {
  test('is found, read and watched, and breaks nothing before it is activated', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'], { active: false })
    await world.phase(name, 'Prepared')
    await until('it was read', () => world.record(name)?.before)
    expect(world.kernel.log).toEqual([])
    expect(world.condition(name, 'Selected')).toBe('True')
    expect(world.condition(name, 'Injected')).toBe('False')
    await world.patch(name, { active: true })
    await world.phase(name, 'Injected')
    expect(world.kernel.hurt).toEqual(['web'])
  })

  test('for the controller has its traffic counted by the daemon', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('kill', ['web'], { active: false })
    await until('it is watched', () => world.kernel.witnessed.has('web'))
    world.kernel.packets = 40
    await until('traffic is told', () => world.object(name)?.status?.witness?.[0]?.packets === 40)
    expect(world.object(name)?.status).not.toHaveProperty('targets')
    expect(world.object(name)?.status).not.toHaveProperty('conditions')
    await world.end(name)
    await until('the counter is gone', () => !world.kernel.witnessed.has('web'))
  })
})

describe('while a fault is on', () => {
  test('a pod that is deleted is gone, and what was done to it undone', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    await world.kube.remove(PODS, 'web', 'shop')
    expect(await world.phase(name, 'Gone')).toMatchObject({ message: 'pod web is gone' })
    expect(world.kernel.on.size).toBe(0)
    expect(world.condition(name, 'Failed')).toBe('True')
  })

  test('a container that takes the place of another gets the fault again, where the type says so', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    world.restart('web')
    await until(
      'it is on again',
      () => world.kernel.log.join() === 'apply stress-cpu web,undo stress-cpu web,apply stress-cpu web',
    )
    await world.end(name)
    await world.phase(name, 'Recovered')
    expect(world.kernel.unwritten).toEqual([])
  })

  test('a container that is replaced while the fault is being put on gets it too', async () => {
    const world = await setting()
    await world.daemon()
    let isFirst = true
    world.kernel.failApply = () => {
      if (isFirst) world.restart('web')
      isFirst = false
      return undefined
    }
    const name = await world.fault('burn', ['web'])
    await until('it is on again', () => world.kernel.log.filter((line) => line.startsWith('apply')).length === 2)
    await world.end(name)
    await world.phase(name, 'Recovered')
    expect(world.kernel.on.size).toBe(0)
  })

  test('a container that was replaced is reported where the fault went with it', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('hold', ['web'])
    await world.phase(name, 'Injected')
    world.restart('web')
    expect((await world.phase(name, 'Gone')).message).toContain('container main was restarted')
  })

  test('a restarted container does not end a fault on the network of its pod', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'])
    await world.phase(name, 'Injected')
    world.restart('web')
    await world.patch(name, { end: { by: 'request', at: 'now' } })
    await world.phase(name, 'Recovered')
    expect(world.kernel.log).toEqual(['apply drop web', 'undo drop web'])
  })

  test('a pod whose network was replaced gets the fault again', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'])
    await world.phase(name, 'Injected')
    world.kernel.sandboxes.set('web', 9)
    world.restart('web')
    await until('it is on again', () => world.kernel.log.join() === 'apply drop web,undo drop web,apply drop web')
    const [on] = world.kernel.on.values()
    expect(on?.sandbox).toBe(9)
    await world.end(name)
    await world.phase(name, 'Recovered')
    expect(world.kernel.on.size).toBe(0)
  })

  test('a helper that dies fails it, says so and undoes it', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'])
    await world.phase(name, 'Injected')
    for (const { context } of world.kernel.on.values()) context.onHelperExit('the packet engine was killed')
    expect((await world.phase(name, 'Failed')).message).toBe('the packet engine was killed')
    expect(world.kernel.on.size).toBe(0)
  })

  test('a target that takes the place of another ends with it', async () => {
    const world = await setting()
    world.pod('next')
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    const { expiresAt } = await world.phase(name, 'Injected')
    const targets = [
      ...(world.object(name)?.spec.targets ?? []),
      { kind: 'Pod', name: 'next', uid: 'uid-next', replaces: 'uid-web' },
    ]
    await world.patch(name, { targets })
    expect((await world.phase(name, 'Injected', 'next')).expiresAt).toBe(expiresAt)
  })

  test('other addresses of the other side are taken over', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'], {
      parameters: { to: { workload: 'db' } },
      peers: { v4: ['10.0.0.2'], v6: [] },
    })
    await world.phase(name, 'Injected')
    await world.patch(name, { peers: { v4: ['10.0.0.3'], v6: [] } })
    await until('the rule has them', () =>
      [...world.kernel.on.values()].some(
        ({ action }) => action.do === 'drop' && action.match.peers?.v4[0] === '10.0.0.3',
      ),
    )
  })

  test.each([
    ['10.0.0.9', { v4: ['10.0.0.9'], v6: [] }],
    ['fd00::9', { v4: [], v6: ['fd00::9'] }],
  ])('%s as the other side needs nobody to find it, and nobody can write another one', async (address, peers) => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('cut', ['web'], { parameters: { to: { address } } })
    await world.phase(name, 'Injected')
    const matches = [...world.kernel.on.values()].map(({ action }) => action.do === 'drop' && action.match.peers)
    expect(matches).toEqual([peers])
    await world.patch(name, { peers: { v4: ['10.0.0.3'], v6: [] } })
    await world.end(name)
    await world.phase(name, 'Recovered')
    expect(world.kernel.log).toEqual(['apply drop web', 'undo drop web'])
  })
})

describe('what goes wrong', () => {
  test('an action that fails undoes those before it, in reverse order, and says its own words', async () => {
    const world = await setting()
    await world.daemon()
    world.kernel.failApply = ({ do: what }) => (what === 'stress-cpu' ? 'no such group' : undefined)
    const name = await world.fault('both', ['web'])
    expect((await world.phase(name, 'Failed')).message).toBe('no such group')
    expect(world.kernel.log).toEqual(['apply drop web', 'undo stress-cpu web', 'undo drop web'])
    expect(world.condition(name, 'Failed')).toBe('True')
  })

  test('what cannot be undone is named, and tried again until it can', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    world.kernel.failUndo = () => 'it is busy'
    await world.end(name)
    expect((await world.phase(name, 'Failed')).leftovers).toEqual(['stress-cpu in web (it is busy)'])
    expect(world.condition(name, 'Recovered')).toBe('False')
    world.kernel.failUndo = undefined
    expect(await world.phase(name, 'Recovered')).not.toHaveProperty('leftovers')
  })

  test('a status that could not be written is written later', async () => {
    const world = await setting()
    const { KubeError } = await import('../../../src/kube/kube-error.ts')
    await world.daemon()
    let failures = 1
    world.kube.fail = ({ verb }) => (verb === 'apply' && failures-- > 0 ? new KubeError(500, '', 'not now') : undefined)
    await world.phase(await world.fault('cut', ['web']), 'Injected')
  })
})

test('many faults on many pods are told in few requests', async () => {
  const world = await setting()
  const pods = Array.from({ length: 40 }, (_, place) => `p${place}`)
  for (const pod of pods) world.pod(pod)
  await world.daemon()
  const before = world.kube.asked.length
  const names = await Promise.all(pods.map((pod) => world.fault('burn', [pod])))
  await until('all are on', () => names.every((name) => world.condition(name, 'Injected') === 'True'))
  for (const name of names) await world.end(name)
  await until('all are over', () => names.every((name) => world.condition(name, 'Recovered') === 'True'))
  await until('all are read', () => names.every((name) => world.record(name)?.after))
  const own = world.kube.asked
    .slice(before)
    .filter(({ manager, plural }) => manager !== undefined || plural === 'events')
  // Two events, and each step once: on, seen under it, over, seen after it; on a busy machine some of them in two writes.
  expect(own.length / names.length).toBeLessThanOrEqual(8)
  expect(world.kernel.on.size).toBe(0)
})
