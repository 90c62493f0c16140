import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import type { KubeClient } from '../../../src/kube/kube-client.ts'
import { testNamespace } from '../controller/engine.ts'
import { STATIC_IMAGE } from '../images/catalogue.ts'

/** Files of a checked out repository, by their paths. */
export type Source = Readonly<Record<string, string>>

export interface SmallSuite {
  readonly name: string
  readonly experiment: string
  /** How long the fault is on, such as `5s`. */
  readonly fault: string
}

/** Two Deployments, of which one is broken for as long as it takes: all its answers are a 503. */
export function smallPreview({ name, experiment, fault }: SmallSuite): Source {
  const suite = {
    apiVersion: 'seaworthy.dev/v1',
    kind: 'Suite',
    metadata: { name },
    system: { namespace: `\${PREVIEW_NAMESPACE}`, workloads: ['Deployment/web'] },
    traffic: { http: { url: 'http://web/', rate: '20/s', timeout: '2s' } },
    objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '80%' }],
    windows: { warmup: '1s', baseline: '5s', fault, recovery: '4s' },
    experiments: [
      {
        name: experiment,
        fault: { type: 'http-abort', target: { workload: 'Deployment/web' }, path: '/', share: '100%', status: 503 },
        'blast-radius': { percent: '100%' },
      },
    ],
  }
  return {
    'seaworthy.yaml': stringify(suite),
    'k8s/preview.yaml': [...workload('web', 2), ...workload('api', 1)].map((object) => stringify(object)).join('---\n'),
  }
}

/** The shop as it should be, with one of its own experiments. */
export function shopPreview(): Source {
  const whole = readFileSync('examples/kubernetes/sturdy.yaml', 'utf8')
  const head = whole.slice(0, whole.indexOf('\nprometheus:'))
  return {
    'seaworthy.yaml': `${head.replace(/ {2}deploy: .*\n/, '')}
objectives:
  - { name: availability, indicator: { traffic: success }, target: 90% }
windows: { warmup: 3s, baseline: 6s, fault: 6s, recovery: 5s }
experiments:
  - name: three api answers in ten are a 503
    fault: { type: http-abort, target: { workload: Deployment/api }, path: /quote, share: 30%, status: 503 }
    blast-radius: { percent: 100% }
`,
    'k8s/preview.yaml': readFileSync('examples/kubernetes/sturdy/shop.yaml', 'utf8'),
  }
}

/** A namespace that permits faults. */
export function previewNamespace(client: KubeClient): Promise<string> {
  return testNamespace(client)
}

function workload(name: string, replicas: number): readonly object[] {
  const labels = { app: name }
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
  const ports = [{ containerPort: 8080 }]
  const container = { name, image: STATIC_IMAGE, imagePullPolicy: 'IfNotPresent', ports, readinessProbe: probe }
  const spec = { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [container] }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]
}
