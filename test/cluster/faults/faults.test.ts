import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { messageOf } from '../../../src/kit/errors.ts'
import type { Resource } from '../../../src/kube/kube-client.ts'
import { NODES } from '../../../src/kube/resources.ts'
import { bringDown } from '../down.ts'
import { until } from '../tools.ts'
import type { FaultCase } from './case.ts'
import { NETWORK_CASES } from './cases-network.ts'
import { LABELLED_NODE, NODE_CASES, REFUSED_CASES } from './cases-nodes.ts'
import { POD_CASES } from './cases-pods.ts'
import { askFor, CLUSTER_TYPES, conditionOf, deleteFault, readFault, recordsOf, targetsOf } from './faults.ts'
import { nodeState } from './kernel.ts'
import { namespacedKinds } from './objects.ts'
import { type CaseOutcome, runCase } from './run-case.ts'
import { closeSite, openSite, openStage, podsOf, type Stage } from './stage.ts'

/** A cluster of its own, which goes with these tests: one that idles takes CPU from all that follow. */
const NUMBER = 2
const AT_ONCE = 6
const PARALLEL = [...NETWORK_CASES, ...POD_CASES]
const nameOf = ({ name, type }: FaultCase) => name ?? type

let stage: Stage
let was: Awaited<ReturnType<typeof nodes>>
const outcomes = new Map<string, Promise<CaseOutcome>>()

/** Both nodes, beside the pods of the tests. */
async function nodes() {
  const daemons = (await podsOf(stage.client, 'seaworthy-system')).filter(({ metadata }) =>
    metadata.name.startsWith('seaworthy-daemon-'),
  )
  return Promise.all(
    stage.shape.nodes.map(async (node, place) => {
      const daemon = daemons.find(({ spec }) => spec.nodeName === node.name)
      if (!daemon) throw new Error(`no daemon on ${node.name}`)
      return nodeState(stage.shape, node, stage.inits[place] ?? 0, daemon)
    }),
  )
}

async function labelNode(value: string | null): Promise<void> {
  const name = stage.shape.nodes[LABELLED_NODE].name
  const labels = { 'seaworthy.dev/allow': value, 'seaworthy.dev/allow-open': value }
  await stage.client.patch(NODES, name, undefined, { metadata: { labels } }, { type: 'merge' })
}

/** All begin now, some at a time; each test awaits its own, so that it fails under its own name. */
function startAll(cases: readonly FaultCase[], kinds: readonly Resource[], atOnce: number): void {
  const waiting = cases.map((one) => {
    const { promise, resolve, reject } = Promise.withResolvers<CaseOutcome>()
    promise.catch(() => undefined)
    outcomes.set(nameOf(one), promise)
    return () => runCase(stage, kinds, one).then(resolve, reject)
  })
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next()
  }
  for (let count = 0; count < atOnce; count += 1) worker().catch(() => undefined)
}

beforeAll(async () => {
  stage = await openStage(NUMBER)
  await labelNode(null)
  was = await nodes()
  startAll(PARALLEL, await namespacedKinds(stage.client), AT_ONCE)
})
afterAll(async () => {
  await Promise.allSettled(outcomes.values())
  stage?.client.close()
  await bringDown(NUMBER)
})

test('every type of the catalogue that a cluster has is tried, or refused with a word on where it is tried', () => {
  const tried = [...PARALLEL, ...NODE_CASES, ...REFUSED_CASES].map(({ type }) => type)
  expect([...new Set(tried)].toSorted()).toEqual(CLUSTER_TYPES.map(({ type }) => type).toSorted())
})

async function expectWhole(one: FaultCase): Promise<void> {
  const outcome = await outcomes.get(nameOf(one))
  if (!outcome) throw new Error(`${nameOf(one)} was not tried`)
  expect(outcome.effect.effective, outcome.effect.seen).toBe(one.neverEffective === undefined)
  expect(outcome.residue).toEqual([])
  for (const record of recordsOf(outcome.recovered)) {
    expect(record.leftovers ?? []).toEqual([])
    expect(record).toMatchObject({ phase: expect.stringMatching('Recovered|Injected'), mechanism: expect.any(String) })
  }
}

describe('a fault is seen by its users, proven, ended and leaves nothing', () => {
  test.each(PARALLEL.map((one) => [nameOf(one), one] as const))('%s', (_, one) => expectWhole(one))
})

test.each(REFUSED_CASES)(
  '$type is refused where the node does not permit it; it is exercised $exercised',
  async (one) => {
    const node = await stage.client.get(NODES, stage.shape.nodes[0].name)
    if (!node || node.metadata.labels?.['seaworthy.dev/allow'] !== undefined) throw new Error('that node is labelled')
    const target = { kind: 'Node', name: node.metadata.name, uid: node.metadata.uid ?? '' }
    const fault = await askFor(stage, undefined, { type: one.type, parameters: one.parameters, targets: [target] })
    try {
      const refused = await until(`${one.type} to be refused`, async () => {
        const now = await readFault(stage, fault)
        return conditionOf(now, 'Selected')?.status === 'False' ? now : undefined
      })
      expect(conditionOf(refused, 'Selected')).toMatchObject({ reason: 'Refused' })
      expect(conditionOf(refused, 'Selected')?.message).toContain('does not permit it')
    } finally {
      await deleteFault(stage, fault)
    }
  },
)

test('what the controller has no right to is refused at once, with the right to add', async () => {
  const site = await openSite(stage, 'no-right', 'bare')
  try {
    const manifests = [{ apiVersion: 'v1', kind: 'LimitRange', spec: { limits: [] } }]
    const [namespace] = await targetsOf({ target: 'namespace' }, site)
    if (!namespace) throw new Error('no namespace')
    const fault = await askFor(stage, site.namespace, {
      type: 'apply',
      parameters: { manifests },
      targets: [namespace],
    })
    const refused = await until('it to be refused', async () => {
      const condition = conditionOf(await readFault(stage, fault), 'Failed')
      return condition?.status === 'True' ? condition : undefined
    })
    expect(refused).toMatchObject({ reason: 'Refused', message: expect.stringContaining('aggregate-to-controller') })
  } finally {
    await closeSite(site)
  }
})

/** One after the other: no pod of another test may be in want of the node. */
describe('a fault on a node is seen, proven, ended and leaves nothing', () => {
  beforeAll(async () => {
    await Promise.allSettled(outcomes.values())
    await labelNode('true')
    startAll(NODE_CASES, await namespacedKinds(stage.client), 1)
  })
  afterAll(() => labelNode(null))
  test.each(NODE_CASES.map((one) => [nameOf(one), one] as const))('%s', (_, one) => expectWhole(one))
})

test('both nodes are as they were: rules, programs, control groups and files', async () => {
  await Promise.allSettled(outcomes.values())
  await labelNode(null)
  let is: typeof was = []
  await until('the nodes to be as they were', async () => {
    is = await nodes()
    return JSON.stringify(is) === JSON.stringify(was) ? true : undefined
  }).catch((error: unknown) => {
    expect(is, messageOf(error)).toEqual(was)
  })
})
