import type { KubeClient, KubeObject } from '../../../src/kube/kube-client.ts'
import { DEPLOYMENTS, PODS } from '../../../src/kube/resources.ts'
import type { Pod } from '../controller/engine.ts'
import { PAUSE_IMAGE } from '../images/catalogue.ts'
import { until } from '../tools.ts'

export type LightPod = Pod & { readonly status?: { readonly phase?: string; readonly podIP?: string } }

/** Pods that only wait, as many on each node, running. */
export async function lightPods(client: KubeClient, namespace: string, nodes: readonly string[], each: number) {
  await Promise.all(nodes.map((node) => client.create(DEPLOYMENTS, waiting(namespace, node, each))))
  return until(
    `${each * nodes.length} pods to run`,
    async () => {
      const pods = await client.list<LightPod>(PODS, { namespace })
      return pods.filter(({ status }) => status?.phase === 'Running').length === each * nodes.length ? pods : undefined
    },
    { timeoutMs: 170_000, everyMs: 500 },
  )
}

function waiting(namespace: string, node: string, replicas: number): KubeObject {
  const labels = { app: `light-${node}` }
  const container = {
    name: 'wait',
    image: PAUSE_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    resources: { limits: { memory: '16Mi' } },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: labels.app, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': node },
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          containers: [container],
        },
      },
    },
  } as KubeObject
}
