import type { Clock } from '../../kit/clock.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import type { Suite } from '../../model/suite.ts'
import type { ClusterNeeds } from '../../platform/kubernetes/cluster-needs.ts'

/** A cluster that answers, and what a run would do there. */
export interface Place {
  readonly client: KubeClient
  readonly clock: Clock
  /** Undefined where neither a suite nor a flag names one. */
  readonly namespace: string | undefined
  readonly suite: Suite | undefined
  readonly needs: ClusterNeeds
}

/** Without a suite: what nearly every run does. */
export const USUAL_NEEDS: ClusterNeeds = {
  faults: true,
  nodeFaults: false,
  openFaults: false,
  pods: true,
  deploys: false,
  prometheusService: undefined,
  prometheusPod: false,
  podSecurity: 'restricted',
  installs: false,
}
