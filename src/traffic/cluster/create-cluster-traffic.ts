import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import type { Ledger, Traffic } from '../../model/ports.ts'
import type { TrafficSpec } from '../../model/suite.ts'
import { createTraffic, type TrafficSetting } from '../create-traffic.ts'
import { createK6Traffic } from '../k6-traffic.ts'
import { createJobTraffic } from './job-traffic.ts'
import { createK6Job } from './k6-job.ts'
import { createPodTraffic } from './pod-traffic.ts'

export interface ClusterTrafficSetting extends TrafficSetting {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  /** The program's own image. */
  readonly image: string
  readonly ledger: Ledger
  /** Of k6, where the suite names none. */
  readonly k6Image: string
  /** A k6 script may use files of this folder. */
  readonly suiteFolder: string
}

/**
 * Who plays the users of a preview in a cluster: names that only the cluster knows are called by a pod beside the
 * preview, all other addresses from here, as users outside would; k6 and whatever the suite brings by a Job. Throws SeaworthyError('TRAFFIC') for a mixture.
 */
export function createClusterTraffic(spec: TrafficSpec, setting: ClusterTrafficSetting): Traffic {
  if (spec.kind === 'k6') return createK6Traffic(spec, createK6Job(spec, setting), setting)
  if (spec.kind === 'job') return createJobTraffic(spec, setting)
  if (spec.kind === 'none') return createTraffic(spec, setting)
  const inside = spec.requests.filter(({ url }) => isInside(url, setting.namespace))
  if (inside.length === 0) return createTraffic(spec, setting)
  const outside = spec.requests.find((request) => !inside.includes(request))
  if (outside)
    throw new SeaworthyError(
      'TRAFFIC',
      'some of the traffic goes to services of the cluster and some to addresses outside',
      {
        target: outside.url,
        remedy: 'Send all of it to one side: two suites, or the address of an Ingress for all.',
      },
    )
  return createPodTraffic(spec, setting)
}

/** `http://web/`, `http://web.shop/`, `http://web.shop.svc…`: names that resolve in the cluster alone. */
export function isInside(url: string, namespace: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  if (hostname === 'localhost' || /^[\d.]+$/.test(hostname) || hostname.startsWith('[')) return false
  const labels = hostname.split('.')
  return labels.length === 1 || (labels.length === 2 && labels[1] === namespace) || labels[2] === 'svc'
}
