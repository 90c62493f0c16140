import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { FaultDesk } from '../../src/controller/fault-desk.ts'
import { undoLeftChanges } from '../../src/controller/undo-left-changes.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { CONFIG_MAPS, DEPLOYMENTS, FAULTS, NAMESPACES, NODE_FAULTS, NODES, PODS } from '../../src/kube/resources.ts'
import { FakeKube } from '../fakes/kube.ts'
import { type StoredFault, settingOn } from './setting.ts'

const ALLOWED = { 'seaworthy.dev/allow': 'true', 'seaworthy.dev/allow-open': 'true' }
const WEB = { metadata: { name: 'web', namespace: 'shop', uid: 'w' }, spec: { replicas: 3 } }
const POD = {
  metadata: { name: 'web-1', namespace: 'shop', uid: 'p' },
  spec: { containers: [{ name: 'main', image: 'web:1' }] },
}
const NODE = { metadata: { name: 'node-1', uid: 'n', labels: ALLOWED }, spec: {} }

/** One family: what its faults write, and what is there under them. */
interface Family {
  readonly name: string
  readonly kind: 'Fault' | 'NodeFault'
  readonly target: { readonly kind: string; readonly name: string; readonly uid: string }
  readonly type: string
  /** Of the fault with this number. */
  readonly parameters: (number: number) => object
  readonly field: (kube: FakeKube) => unknown
  readonly holds: (number: number) => unknown
}

const FAMILIES: readonly Family[] = [
  {
    name: 'scale',
    kind: 'Fault',
    target: { kind: 'Deployment', name: 'web', uid: 'w' },
    type: 'scale',
    parameters: (number) => ({ to: 5 + number }),
    field: (kube) => kube.peek<typeof WEB>(DEPLOYMENTS, 'web', 'shop')?.spec.replicas,
    holds: (number) => 5 + number,
  },
  {
    name: 'scale to the same',
    kind: 'Fault',
    target: { kind: 'Deployment', name: 'web', uid: 'w' },
    type: 'scale',
    parameters: () => ({ to: 1 }),
    field: (kube) => kube.peek<typeof WEB>(DEPLOYMENTS, 'web', 'shop')?.spec.replicas,
    holds: () => 1,
  },
  {
    name: 'images',
    kind: 'Fault',
    target: { kind: 'Pod', name: 'web-1', uid: 'p' },
    type: 'pod-failure',
    parameters: (number) => ({ image: `wait:${number}` }),
    field: (kube) => kube.peek<typeof POD>(PODS, 'web-1', 'shop')?.spec.containers[0]?.image,
    holds: (number) => `wait:${number}`,
  },
  {
    name: 'cordon',
    kind: 'NodeFault',
    target: { kind: 'Node', name: 'node-1', uid: 'n' },
    type: 'node-cordon',
    parameters: () => ({}),
    field: (kube) => kube.peek<KubeObject & { spec: { unschedulable?: boolean } }>(NODES, 'node-1')?.spec.unschedulable,
    holds: () => true,
  },
  {
    name: 'patch',
    kind: 'Fault',
    target: { kind: 'Deployment', name: 'web', uid: 'w' },
    type: 'patch',
    parameters: (number) => ({ merge: { spec: { paused: number % 2 === 0, strategy: { of: `${number}` } } } }),
    field: (kube) => {
      const spec = kube.peek<KubeObject & { spec: Record<string, unknown> }>(DEPLOYMENTS, 'web', 'shop')?.spec
      return JSON.stringify([spec?.paused, spec?.strategy])
    },
    holds: (number) => JSON.stringify([number % 2 === 0, { of: `${number}` }]),
  },
]

function world(): FakeKube {
  const kube = new FakeKube()
  kube.place(NAMESPACES, { metadata: { name: 'shop', labels: ALLOWED } })
  kube.place(DEPLOYMENTS, WEB)
  kube.place(PODS, POD)
  kube.place(NODES, NODE)
  return kube
}

const resourceOf = ({ kind }: Family) => (kind === 'Fault' ? FAULTS : NODE_FAULTS)
const namespaceOf = ({ kind }: Family) => (kind === 'Fault' ? 'shop' : undefined)
const WAIT = { timeout: 10_000, interval: 1 }

/** A controller, which may be killed and followed by another one. */
class Engine {
  readonly kube = world()
  readonly family: Family
  desk = new FaultDesk(settingOn(this.kube))

  constructor(family: Family) {
    this.family = family
  }

  fault(number: number): StoredFault | undefined {
    return this.kube.peek<StoredFault>(resourceOf(this.family), `f-${number}`, namespaceOf(this.family))
  }

  async begin(number: number): Promise<void> {
    const namespace = namespaceOf(this.family)
    const fault = this.kube.place<StoredFault>(resourceOf(this.family), {
      apiVersion: 'seaworthy.dev/v1alpha1',
      kind: this.family.kind,
      metadata: { name: `f-${number}`, uid: randomUUID(), ...(namespace && { namespace }) },
      spec: {
        type: this.family.type,
        parameters: { ...this.family.parameters(number) },
        targets: [this.family.target],
        durationMs: 600_000,
        active: true,
        seed: 1,
      },
    })
    this.desk.onChange('added', fault)
  }

  end(number: number): void {
    const fault = this.fault(number)
    if (!fault) return
    const end = { by: 'request', at: '2026-01-01T00:00:00Z' } as const
    this.desk.onChange('changed', this.kube.place(resourceOf(this.family), { ...fault, spec: { ...fault.spec, end } }))
  }

  async crash(): Promise<void> {
    await this.desk.close()
    this.desk = new FaultDesk(settingOn(this.kube))
    await this.desk.adopt(this.kube.all<StoredFault>(resourceOf(this.family)))
  }

  untilPhase(number: number, phase: string): Promise<void> {
    return vi.waitFor(() => {
      const [target] = this.fault(number)?.status?.targets ?? []
      expect(target, JSON.stringify(target)).toMatchObject({ phase })
      expect(target?.message).toBeUndefined()
    }, WAIT)
  }
}

/** Each begins before it ends, with crashes of the controller in between. */
const MOST = 4
const happenings = fc
  .tuple(
    fc.shuffledSubarray(
      Array.from({ length: 2 * MOST }, (_, at) => at),
      { minLength: 2 * MOST },
    ),
    fc.array(fc.boolean(), { minLength: 2 * MOST, maxLength: 2 * MOST }),
  )
  .map(([order, crashes]) => order.map((at, step) => ({ number: at % MOST, crash: crashes[step] ?? false })))

test.each(FAMILIES)('$name: while one is on it holds, and the last one puts the original back', async (family) => {
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const engine = new Engine(family)
      const original = family.field(engine.kube)
      const on: number[] = []
      for (const { number, crash } of all) {
        if (on.includes(number)) {
          on.splice(on.indexOf(number), 1)
          engine.end(number)
          await engine.untilPhase(number, 'Recovered')
        } else {
          on.push(number)
          await engine.begin(number)
          await engine.untilPhase(number, 'Injected')
        }
        const [top] = on.slice(-1)
        expect(family.field(engine.kube)).toEqual(top === undefined ? original : family.holds(top))
        if (crash) await engine.crash()
      }
      await vi.waitFor(() => expect(engine.kube.all(CONFIG_MAPS)).toEqual([]), WAIT)
      await engine.desk.close()
    }),
    { numRuns: 15 },
  )
})

test('those that begin and end at the same moment leave what was there', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const [family] = FAMILIES
      if (!family) return
      const engine = new Engine(family)
      const begun = new Set<number>()
      for (const { number } of all) {
        // Without waiting for what comes of it.
        if (begun.has(number)) engine.end(number)
        else await engine.begin(number)
        begun.add(number)
      }
      await vi.waitFor(() => {
        for (const number of begun) expect(engine.fault(number)?.status?.targets?.[0]?.phase).toMatch(/Recovered|^$/)
        expect(engine.kube.all(CONFIG_MAPS)).toEqual([])
      }, WAIT)
      expect(family.field(engine.kube)).toBe(3)
      await engine.desk.close()
    }),
    { numRuns: 15 },
  )
})

test('whoever uninstalls puts the original back as well', async () => {
  const [family] = FAMILIES
  if (!family) return
  const engine = new Engine(family)
  for (const number of [0, 1, 2]) {
    await engine.begin(number)
    await engine.untilPhase(number, 'Injected')
  }
  await engine.desk.close()
  expect(await undoLeftChanges(engine.kube, 'own')).toEqual([])
  expect(family.field(engine.kube)).toBe(3)
})
