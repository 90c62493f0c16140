import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FaultObject } from '../../../src/model/cluster/fault-object.ts'
import { setting, until } from './setting.ts'

/** What nobody waits for is told so much later. */
const SOON_MS = 150

/** A fault on a pod of each of two nodes, of which the first writes the conditions. */
async function onTwoNodes() {
  const world = await setting()
  world.pod('far', { node: 'node-2' })
  const writers: string[] = []
  world.kube.fail = ({ verb, manager, body }) => {
    const conditions = (body as FaultObject | undefined)?.status?.conditions
    if (verb === 'apply' && isTrue(conditions, 'Recovered')) writers.push(manager ?? '')
    return undefined
  }
  await world.daemon('node-1')
  await world.daemon('node-2', await mkdtemp(join(tmpdir(), 'node-2-')))
  const name = await world.fault('cut', ['web', 'far'])
  await until('it is on both', () => world.condition(name, 'Injected') === 'True')
  return { world, name, writers }
}

function isTrue(conditions: { readonly type: string; readonly status: string }[] | undefined, type: string): boolean {
  return conditions?.some((one) => one.type === type && one.status === 'True') ?? false
}

test.each(['web', 'far'])('whoever sees the last target recovered says so: %s is the last', async (last) => {
  const { world, name, writers } = await onTwoNodes()
  const before = world.object(name)?.status?.conditions
  const held = Promise.withResolvers<void>()
  world.kernel.slowUndo.set(last, held.promise)
  await world.end(name)
  await world.phase(name, 'Recovered', last === 'web' ? 'far' : 'web')
  expect(world.condition(name, 'Recovered')).toBe('False')
  held.resolve()
  await until('it is over', () => world.condition(name, 'Recovered') === 'True')
  expect(writers[0]).toBe(last === 'web' ? 'seaworthy-daemon-node-1' : 'seaworthy-daemon-node-2')
  const selected = (all = before) => all?.find(({ type }) => type === 'Selected')?.lastTransitionTime
  expect(selected(world.object(name)?.status?.conditions)).toBe(selected())
})

test('the end is told by two writes: one of the other node, and one of who then sees that all is over', async () => {
  const { world, name } = await onTwoNodes()
  world.endlessMs = SOON_MS
  const held = Promise.withResolvers<void>()
  world.kernel.slowUndo.set('far', held.promise)
  await world.end(name)
  await until('it is over on its own node', () => !world.kernel.hurt.includes('web'))
  const before = world.writes(name)
  held.resolve()
  await until('it is over', () => world.condition(name, 'Recovered') === 'True')
  expect(world.writes(name) - before).toBe(2)
})

test('what each node says afterwards takes no condition away', async () => {
  const { world, name } = await onTwoNodes()
  const held = Promise.withResolvers<void>()
  world.kernel.slowUndo.set('far', held.promise)
  await world.end(name)
  await world.phase(name, 'Recovered', 'web')
  held.resolve()
  await until(
    'both were looked at afterwards',
    () => world.record(name, 'web')?.after && world.record(name, 'far')?.after,
  )
  expect(world.object(name)?.status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
    ['Selected', 'True'],
    ['Injected', 'False'],
    ['Recovered', 'True'],
    ['Failed', 'False'],
  ])
})
