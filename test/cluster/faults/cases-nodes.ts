import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { PODS } from '../../../src/kube/resources.ts'
import { STATIC_IMAGE } from '../images/catalogue.ts'
import { until } from '../tools.ts'
import { type FaultCase, type Look, look, type RefusedCase } from './case.ts'
import { connectMs } from './looks.ts'
import { podsOf, type Site, unique } from './stage.ts'

/** The node that node faults may be done to. The other one never has the label. */
export const LABELLED_NODE = 1
const KUBELET_PORT = 10_250

interface ScheduledPod extends KubeObject {
  readonly spec: { readonly nodeName?: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly reason?: string }[] }
}

/** Whether the scheduler puts a new pod on the labelled node. */
async function scheduled({ stage, client, namespace }: Site): Promise<Look> {
  const node = stage.shape.nodes[LABELLED_NODE].name
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: unique('wanderer'), namespace },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: STATIC_IMAGE, imagePullPolicy: 'Never' }],
    },
  }
  await client.create(PODS, pod as KubeObject)
  const isPut = await until(`the scheduler to decide on ${pod.metadata.name}`, async () => {
    const found = await client.get<ScheduledPod>(PODS, pod.metadata.name, namespace)
    if (found?.spec.nodeName !== undefined) return 'put there'
    const isRefused = found?.status?.conditions?.some(({ reason }) => reason === 'Unschedulable')
    return isRefused ? 'kept away' : undefined
  })
  await client.remove(PODS, pod.metadata.name, namespace, { graceSeconds: 0 })
  return look(isPut === 'kept away', `a new pod is ${isPut}`)
}

async function onNode({ stage, client, namespace }: Site): Promise<Look> {
  const node = stage.shape.nodes[LABELLED_NODE].name
  const pods = await podsOf(client, namespace)
  const stays = pods.filter(({ spec, metadata }) => spec.nodeName === node && metadata.deletionTimestamp === undefined)
  return look(stays.length === 0, `${stays.length} pods on the node`)
}

const MARK = '/run/seaworthy-test-mark'
const onNodes = { kind: 'bare', target: 'node' } as const

/** Faults on a node of the cluster, one after the other. Both nodes share this machine. */
export const NODE_CASES: readonly FaultCase[] = [
  { type: 'node-cordon', parameters: {}, asked: 'no new pods', ...onNodes, look: scheduled },
  { type: 'node-taint', parameters: {}, asked: 'no new pods', ...onNodes, look: scheduled },
  {
    type: 'node-drain',
    parameters: {},
    asked: 'no pods',
    ...onNodes,
    kind: 'static',
    replicas: 2,
    look: onNode,
    instantaneous: true,
  },
  {
    type: 'node-script',
    parameters: { inject: `touch ${MARK}`, recover: `rm -f ${MARK}`, proof: `test -e ${MARK}` },
    asked: 'a file',
    ...onNodes,
    look: async ({ stage }) => {
      const init = stage.inits[LABELLED_NODE]
      const isThere = existsSync(join('/proc', String(init), 'root', MARK))
      return look(isThere, isThere ? 'it is there' : 'it is not there')
    },
  },
  {
    type: 'node-network-down',
    parameters: { device: 'nodes' },
    asked: 'nobody hears of the node',
    ...onNodes,
    look: async ({ stage }) => {
      const ms = await connectMs(stage.shape.nodes[LABELLED_NODE].ip, KUBELET_PORT)
      return look(ms === undefined, ms === undefined ? 'no answer' : 'it answers')
    },
  },
]

const KIND = 'inside a node of real kind, whose process tree is its own'

/** Never done to this machine: asked for on a node that does not permit it. */
export const REFUSED_CASES: readonly RefusedCase[] = [
  { type: 'node-reboot', parameters: {}, exercised: KIND },
  { type: 'node-shutdown', parameters: {}, exercised: KIND },
  { type: 'service-stop', parameters: { service: 'seaworthy-no-such-unit' }, exercised: KIND },
  {
    type: 'service-config',
    parameters: { file: '/nonexistent', search: 'a', replace: 'b' },
    exercised: KIND,
  },
]
