import { PRODUCT_IMAGE, STATIC_IMAGE } from '../images/catalogue.ts'

export const NAMESPACE = 'lab'

interface PodOptions {
  readonly node?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** A pod with one container, on a given node or on any. */
export function pod(name: string, container: object, { node, labels = {} }: PodOptions = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [{ name: 'main', imagePullPolicy: 'Never', ...container }],
    },
  }
}

export function staticPod(name: string, node: string) {
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
  const container = { image: STATIC_IMAGE, args: ['--echo=:9090'], readinessProbe: probe }
  return pod(name, container, { node, labels: { app: 'static' } })
}

/** Runs the product's image without doing anything, so that tests can do things in it. */
export function clientPod(name: string, node: string) {
  const command = ['node', '-e', 'console.log("hello"); setInterval(() => {}, 1e6)']
  return pod(name, { image: PRODUCT_IMAGE, command }, { node })
}

export const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }

export const staticService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'static', namespace: NAMESPACE },
  spec: { selector: { app: 'static' }, ports: [{ port: 80, targetPort: 8080 }] },
}

/** As the product's own agent: on every node, in its process and network namespaces, with its control groups. */
export const agents = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: NAMESPACE },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { labels: { app: 'agent' } },
      spec: {
        hostPID: true,
        hostNetwork: true,
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'cgroup', hostPath: { path: '/sys/fs/cgroup' } }],
        containers: [
          {
            name: 'main',
            image: PRODUCT_IMAGE,
            imagePullPolicy: 'Never',
            command: ['node', '-e', 'setInterval(() => {}, 1e6)'],
            securityContext: { privileged: true, runAsUser: 0 },
            volumeMounts: [{ name: 'cgroup', mountPath: '/sys/fs/cgroup', mountPropagation: 'HostToContainer' }],
          },
        ],
      },
    },
  },
}
