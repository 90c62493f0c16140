/** What a run will do in the cluster. */
export interface ClusterNeeds {
  readonly faults: boolean
  readonly nodeFaults: boolean
  /** Some of the faults do open-ended harm: the namespace must permit that as well. */
  readonly openFaults: boolean
  /** Traffic, checks, commands and jobs run as pods of the preview's namespace. */
  readonly pods: boolean
  /** Users are played by a Job: k6, or the suite's own. */
  readonly jobs?: boolean
  readonly deploys: boolean
  /** Prometheus is asked through the API server: `monitoring/prometheus:9090`. */
  readonly prometheusService: string | undefined
  /** The run has a Prometheus of its own in the preview's namespace. */
  readonly prometheusPod: boolean
  /** The strictest pod-security level that the pods of the run fit into. */
  readonly podSecurity: 'restricted' | 'baseline' | 'privileged'
  /** The run brings the engine up itself where it is missing. */
  readonly installs: boolean
}
