/** What a platform has to break: known before the run starts on `process`, read from the cluster on `kubernetes`. JSON-serialisable. */
export interface Inventory {
  readonly platform: 'process' | 'kubernetes'
  readonly workloads: readonly WorkloadFacts[]
  readonly links: readonly LinkFacts[]
}

export interface WorkloadFacts {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Replica names, in order: `web-1`, `web-2`. */
  readonly replicas: readonly string[]
  /** The suite lists it among the workloads that may be hurt. */
  readonly mayBeHurt: boolean
  /** Set where the number of replicas is what the suite says that its deploy command brings, and not what was seen. */
  readonly brought?: {
    /** How many there would be without the command; undefined where there is no such workload, whose labels nobody knows then. */
    readonly without: number | undefined
  }
}

/** One way from a consumer to a service. `traffic` is the name of the consumer that plays the users. */
export interface LinkFacts {
  /** `web-1>api:http` */
  readonly id: string
  readonly from: { readonly workload: string; readonly replica: string }
  readonly to: { readonly workload: string; readonly port: string }
}

export const TRAFFIC_CONSUMER = 'traffic'
