import { describe, expect, test } from 'vitest'
import { FAULTS, NAMESPACES, NODES } from '../../../src/kube/resources.ts'
import type { FaultObject } from '../../../src/model/cluster/fault-object.ts'
import { type Setting, setting, until } from './setting.ts'

type Attempt = (world: Setting) => Promise<string>

const LABELLED = { 'seaworthy.dev/allow': 'true' }

/** What a tenant, or a command line gone wrong, may ask for; what the record must say. */
const REFUSED: Readonly<Record<string, readonly [attempt: Attempt, said: RegExp]>> = {
  'a namespace that did not opt in': [
    (world) => {
      world.namespace('shop', {})
      return world.fault('cut', ['web'])
    },
    /does not permit it: `kubectl label namespace shop seaworthy.dev\/allow=true/,
  ],
  'an open-ended fault where only others are allowed': [(world) => world.fault('open', ['web']), /allow-open/],
  'a namespace that is protected by its label': [
    (world) => {
      world.namespace('shop', { ...LABELLED, 'seaworthy.dev/protected': '' })
      return world.fault('cut', ['web'])
    },
    /seaworthy.dev\/protected/,
  ],
  'another pod of the same name': [
    (world) => {
      world.pod('web', { uid: 'uid-of-a-later-one' })
      return world.fault('cut', ['web'])
    },
    /another one now/,
  ],
  'a pod on the network of its node': [
    (world) => {
      world.pod('host', { spec: { hostNetwork: true, containers: [{ name: 'main' }] } })
      return world.fault('cut', ['host'])
    },
    /node's own network/,
  ],
  'a pod that is being deleted': [
    (world) => {
      world.pod('going', { metadata: { name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z' } })
      return world.fault('burn', ['going'])
    },
    /being deleted/,
  ],
  'a pod of our own': [
    (world) => {
      world.pod('ours', { metadata: { name: 'ours', labels: { 'app.kubernetes.io/part-of': 'seaworthy' } } })
      return world.fault('burn', ['ours'])
    },
    /part of Seaworthy/,
  ],
  'a longer time than an hour': [(world) => world.fault('cut', ['web'], { durationMs: 3_600_001 }), /durationMs/],
  'a parameter that the type does not have': [
    (world) => world.fault('cut', ['web'], { parameters: { strength: 1, command: 'rm -rf /' } }),
    /command/,
  ],
  'a parameter out of bounds': [(world) => world.fault('cut', ['web'], { parameters: { strength: 99 } }), /strength/],
  'a type that there is not': [(world) => world.fault('sink', ['web']), /no fault type "sink"/],
  'a fault on nodes from a namespace': [(world) => world.fault('node', ['web']), /NodeFault/],
  'a container that there is not': [
    (world) => world.fault('burn', [], { targets: [{ kind: 'Pod', name: 'web', uid: 'uid-web', container: 'x' }] }),
    /no container "x"/,
  ],
  'the other side when nobody finds its addresses': [
    (world) => world.fault('cut', ['web'], { parameters: { to: { workload: 'db' } } }),
    /addresses of the other side/,
  ],
}

describe('the daemon itself refuses', () => {
  test.each(Object.keys(REFUSED))('%s', async (title) => {
    const [attempt, said] = REFUSED[title] ?? []
    const world = await setting()
    await world.daemon()
    const name = (await attempt?.(world)) ?? ''
    expect((await world.phase(name, 'Refused')).message).toMatch(said ?? /^$/)
    expect(world.kernel.log).toEqual([])
    expect(world.condition(name, 'Failed')).toBe('True')
    expect(world.condition(name, 'Injected')).toBe('False')
  })

  test.each(['kube-system', 'seaworthy-system', 'own'])('everything in namespace %s', async (namespace) => {
    const world = await setting()
    world.namespace(namespace)
    world.pod('dns', { namespace })
    await world.daemon()
    const name = await world.fault('cut', ['dns'], {}, namespace)
    await until('it is refused', () => {
      const object = world.kube.peek<FaultObject & { metadata: { name: string } }>(FAULTS, name, namespace)
      return (
        object?.status?.targets?.[0]?.phase === 'Refused' && /protected/.test(object.status.targets[0].message ?? '')
      )
    })
    expect(world.kernel.log).toEqual([])
  })

  test('a node without the label, and another node of the same name', async () => {
    const world = await setting()
    await world.daemon()
    expect((await world.phase(await world.nodeFault('node'), 'Refused')).message).toContain('kubectl label node node-1')
    expect(world.kernel.log).toEqual([])
  })

  test('and hurts a node that carries it', async () => {
    const world = await setting()
    world.kube.place(NODES, { metadata: { name: 'node-1', uid: 'uid-node-1', labels: LABELLED } })
    await world.daemon()
    await world.phase(await world.nodeFault('node'), 'Injected')
    expect(world.kernel.hurt).toEqual(['node-1'])
  })
})

describe('permission', () => {
  test('that is taken away ends what is on', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    world.namespace('shop', { 'seaworthy.dev/allow': 'false' })
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'cleanup' })
    expect(world.kernel.hurt).toEqual([])
  })

  test('that is given later lets a prepared fault be prepared', async () => {
    const world = await setting()
    world.namespace('shop', {})
    await world.daemon()
    const name = await world.fault('burn', ['web'], { active: false })
    await world.phase(name, 'Refused')
    world.namespace('shop')
    await world.phase(name, 'Prepared')
  })

  test('that is given later lets a fault begin, for as long as it was to last', async () => {
    const world = await setting()
    world.namespace('shop', {})
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    const late = await world.fault('burn', ['web'], { durationMs: 100 })
    await world.phase(name, 'Refused')
    await world.phase(late, 'Refused')
    const uid = world.kube.peek(FAULTS, late, 'shop')?.metadata.uid ?? ''
    // Written down for good: its time is over.
    await until('it is late', async () => (await world.journal()).some((file) => file.includes(uid)))
    world.namespace('shop')
    await world.phase(name, 'Injected')
    expect((await world.phase(late, 'Refused')).message).toContain('kubectl label')
    expect(world.kernel.hurt).toEqual(['web'])
  })

  test('ends with the namespace', async () => {
    const world = await setting()
    await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    await world.kube.remove(NAMESPACES, 'shop')
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'cleanup' })
    expect(world.kernel.hurt).toEqual([])
  })
})

describe('a forged status', () => {
  test('neither keeps a fault from its target nor ends it', async () => {
    const world = await setting()
    const name = await world.fault('burn', ['web'])
    const forged = { uid: 'uid-web', phase: 'Recovered', recoveredAt: '2026-01-01T00:00:00Z' } as const
    const object = world.object(name)
    if (object) world.kube.place(FAULTS, { ...object, status: { targets: [forged] } })
    await world.daemon()
    await world.phase(name, 'Injected')
    expect(world.kernel.hurt).toEqual(['web'])
  })
})

describe('what is not here', () => {
  test('is left to others', async () => {
    const world = await setting()
    world.pod('far', { node: 'node-2' })
    await world.daemon()
    const far = await world.fault('cut', ['far'])
    const both = await world.fault('cut', ['far', 'web'])
    await world.phase(both, 'Injected', 'web')
    // The first target's actor writes the conditions.
    expect(world.object(both)?.status).not.toHaveProperty('conditions')
    expect(world.object(far)?.status).toBeUndefined()
    expect(world.kernel.hurt).toEqual(['web'])
  })
})
