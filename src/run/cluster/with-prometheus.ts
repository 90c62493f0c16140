import type { Clock } from '../../kit/clock.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import type { Platform, RunContext } from '../../model/ports.ts'
import type { PrometheusSpec } from '../../model/suite.ts'
import { type InstalledPrometheus, installPrometheus } from '../../observe/cluster/install-prometheus.ts'
import { openServiceProxy, type ServiceProxy } from '../../observe/cluster/service-proxy.ts'

export interface PrometheusPlace {
  readonly client: KubeClient
  readonly namespace: string
  readonly context: RunContext
  readonly clock: Clock
  /** For `install`: Prometheus', and the program's own. */
  readonly image: string
  readonly ownImage: string
}

/**
 * The platform with the suite's Prometheus as a part of it: installed when the preview is up, reached through the API
 * server, and taken away with the preview.
 */
export function withPrometheus(platform: Platform, spec: PrometheusSpec | undefined, place: PrometheusPlace): Platform {
  const source = spec?.source
  if (!source || source.kind === 'url') return platform
  let proxy: ServiceProxy | undefined
  let installed: InstalledPrometheus | undefined
  const reach = async () => {
    if (source.kind === 'service') return pathOfService(source.service)
    const { client, namespace, context, clock, image, ownImage } = place
    const { run, ledger } = context
    installed = await installPrometheus({
      client,
      namespace,
      run,
      image,
      ownImage,
      scrapeMs: spec.scrapeMs,
      clock,
      ledger,
    })
    return installed.path
  }
  return {
    ...platform,
    up: async (signal) => {
      await platform.up(signal)
      proxy = await openServiceProxy(place.client, await reach())
    },
    settled: async (signal) => {
      await platform.settled?.(signal)
      await installed?.untilScraping(signal)
    },
    prometheusUrl: () => proxy?.url,
    down: async () => {
      // Neither may keep the other from its end.
      const removals = await Promise.allSettled([
        Promise.resolve(proxy?.close()).then(() => installed?.remove()),
        platform.down(),
      ])
      return removals.flatMap((removal) => {
        if (removal.status === 'rejected') throw removal.reason
        return removal.value ?? []
      })
    },
  }
}

/** Of `monitoring/prometheus:9090`, as the suite's schema has checked it. */
export function pathOfService(service: string): string {
  const [namespace = '', rest = ''] = service.split('/')
  return `/api/v1/namespaces/${namespace}/services/${rest}/proxy`
}
