import { DNS_IMAGE } from '../images/catalogue.ts'
import type { Shape } from '../shape.ts'
import { type Api, create } from './api.ts'

const NAME = 'coredns'
const SYSTEM = 'kube-system'
const LABELS = { 'k8s-app': 'kube-dns' }

/** There is no DNS outside to ask, so any other name does not exist. */
const COREFILE = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        ttl 30
    }
    prometheus :9153
    template ANY ANY {
        rcode NXDOMAIN
    }
    cache 30
    loop
    reload
    loadbalance
}
`

/** Deploys the cluster's DNS, with the names and labels that other programs look for. */
export async function deployDns(shape: Shape, api: Api): Promise<void> {
  const meta = { name: NAME, namespace: SYSTEM, labels: LABELS }
  await create(api, `/api/v1/namespaces/${SYSTEM}/serviceaccounts`, { metadata: meta })
  await create(api, `/api/v1/namespaces/${SYSTEM}/configmaps`, { metadata: meta, data: { Corefile: COREFILE } })
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  await create(api, `${rbac}/clusterroles`, { metadata: { name: 'system:coredns' }, rules: RULES })
  await create(api, `${rbac}/clusterrolebindings`, {
    metadata: { name: 'system:coredns' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: SYSTEM }],
  })
  await create(api, `/api/v1/namespaces/${SYSTEM}/services`, service(shape))
  await create(api, `/apis/apps/v1/namespaces/${SYSTEM}/deployments`, deployment())
}

const RULES = [
  { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
]

function service(shape: Shape) {
  return {
    metadata: { name: 'kube-dns', namespace: SYSTEM, labels: { ...LABELS, 'kubernetes.io/name': 'CoreDNS' } },
    spec: {
      clusterIP: shape.dnsService,
      selector: LABELS,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        { name: 'metrics', port: 9153, protocol: 'TCP' },
      ],
    },
  }
}

function deployment() {
  return {
    metadata: { name: NAME, namespace: SYSTEM, labels: LABELS },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec: podSpec() },
    },
  }
}

function podSpec() {
  return {
    serviceAccountName: NAME,
    priorityClassName: 'system-cluster-critical',
    dnsPolicy: 'Default',
    tolerations: [{ operator: 'Exists', key: 'CriticalAddonsOnly' }],
    volumes: [{ name: 'config', configMap: { name: NAME } }],
    containers: [
      {
        name: NAME,
        image: DNS_IMAGE,
        imagePullPolicy: 'Never',
        args: ['-conf', '/etc/coredns/Corefile'],
        volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
        livenessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 10, failureThreshold: 5 },
        readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
      },
    ],
  }
}
