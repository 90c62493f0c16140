import type { Platform } from '../../model/ports.ts'
import type { PrometheusSpec } from '../../model/suite.ts'
import {
  createRunPrometheus,
  type InstalledPrometheus,
  type PrometheusSetting,
} from '../../observe/cluster/run-prometheus.ts'
import { openServiceProxy, type ServiceProxy } from '../../observe/cluster/service-proxy.ts'

export interface ClusterPrometheus {
  /** Installs it where the suite says so, and opens the way to it. For the platform, beside its waiting for the preview. */
  readonly begin: (signal: AbortSignal) => Promise<void>
  /** The platform with it as a part: reached through the API server, and taken away with the preview. */
  readonly partOf: (platform: Platform) => Platform
}

/** The Prometheus that the suite has in its cluster; none where it has one elsewhere, or needs none. */
export function clusterPrometheus(
  spec: PrometheusSpec | undefined,
  place: Omit<PrometheusSetting, 'scrapeMs'>,
): ClusterPrometheus {
  const source = spec?.source
  if (!source || source.kind === 'url') return { begin: async () => undefined, partOf: (platform) => platform }
  const own = createRunPrometheus({ ...place, scrapeMs: spec.scrapeMs })
  let proxy: ServiceProxy | undefined
  let installed: InstalledPrometheus | undefined
  const reach = async (signal: AbortSignal) => {
    if (source.kind === 'service') return pathOfService(source.service)
    installed = await own.install(signal)
    return installed.path
  }
  return {
    begin: async (signal) => {
      proxy = await openServiceProxy(place.client, await reach(signal))
    },
    partOf: (platform) => ({
      ...platform,
      settled: async (signal) => {
        await platform.settled?.(signal)
        await installed?.untilScraping(signal)
      },
      prometheusUrl: () => proxy?.url,
      down: async () => {
        // Neither may keep the other from its end.
        const removals = await Promise.allSettled([
          Promise.resolve(proxy?.close()).then(() => own.remove()),
          platform.down(),
        ])
        return removals.flatMap((removal) => {
          if (removal.status === 'rejected') throw removal.reason
          return removal.value ?? []
        })
      },
    }),
  }
}

/** Of `monitoring/prometheus:9090`, as the suite's schema has checked it. */
export function pathOfService(service: string): string {
  const [namespace = '', rest = ''] = service.split('/')
  return `/api/v1/namespaces/${namespace}/services/${rest}/proxy`
}
