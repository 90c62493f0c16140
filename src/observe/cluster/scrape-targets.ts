import type { KubeObject } from '../../kube/kube-client.ts'

/** One pod as Prometheus' HTTP discovery wants it (https://prometheus.io/docs/prometheus/latest/http_sd/). */
export interface TargetGroup {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export interface ScrapedPod extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly containers?: readonly { readonly ports?: readonly Port[] }[] }
  readonly status?: { readonly phase?: string; readonly podIP?: string }
}

interface Port {
  readonly containerPort?: number
  readonly protocol?: string
}

const ANNOTATION = 'prometheus.io/'

/**
 * Running pods that say `prometheus.io/scrape: "true"`, at `prometheus.io/port` (else their first port) and
 * `prometheus.io/path` (else /metrics). Their own labels become labels of the series, beside namespace, pod and node.
 */
export function targetGroups(pods: readonly ScrapedPod[]): readonly TargetGroup[] {
  return pods
    .flatMap((pod) => groupOf(pod) ?? [])
    .sort((a, b) => (a.targets[0] ?? '').localeCompare(b.targets[0] ?? ''))
}

function groupOf({ metadata, spec, status }: ScrapedPod): TargetGroup | undefined {
  const { annotations = {}, labels = {}, name, namespace = '' } = metadata
  if (annotations[`${ANNOTATION}scrape`] !== 'true' || status?.phase !== 'Running' || !status.podIP) return undefined
  const port = annotations[`${ANNOTATION}port`] ?? String(firstPort(spec) ?? '')
  if (!/^\d{1,5}$/.test(port)) return undefined
  const host = status.podIP.includes(':') ? `[${status.podIP}]` : status.podIP
  return {
    targets: [`${host}:${port}`],
    labels: {
      ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [labelName(key), value])),
      __metrics_path__: annotations[`${ANNOTATION}path`] ?? '/metrics',
      namespace,
      pod: name,
      node: spec?.nodeName ?? '',
    },
  }
}

function firstPort(spec: ScrapedPod['spec']): number | undefined {
  return spec?.containers?.flatMap(({ ports = [] }) => ports).find(({ protocol = 'TCP' }) => protocol === 'TCP')
    ?.containerPort
}

/** As Prometheus' own Kubernetes discovery names them: whatever a label name must not hold becomes an underscore. */
function labelName(key: string): string {
  const name = key.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return /^[0-9]/.test(name) || name.startsWith('__') ? `label_${name}` : name
}
