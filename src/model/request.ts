/** As many jobs as a matrix of GitHub may have. */
export const MOST_SHARDS = 256

/** What somebody asked for, after the raw strings of flags, action inputs or params were checked. */
export interface RunRequest {
  readonly suite: string
  readonly mode: 'enforce' | 'report' | 'plan'
  readonly onInconclusive: 'fail' | 'pass'
  readonly reportDir: string
  readonly cluster: ClusterRequest
  readonly kind: KindRequest
  readonly prometheusUrl: string | undefined
  readonly only: readonly string[]
  readonly seed: number
  /** Whether somebody asked for this seed. */
  readonly seedGiven?: boolean
  /** Do only one part of the plan, the 1-based `index` of `count`. */
  readonly shard: { readonly index: number; readonly count: number } | undefined
  /** Refuse any other plan than the one with this digest. */
  readonly plan: string | undefined
  /** A signed approval of the plan: the file, with its signature beside it under the same name and `.sig`. */
  readonly approval?: string | undefined
  /** How long to wait for another run that has the environment. */
  readonly lockWaitMs?: number
  readonly comment: 'always' | 'on-failure' | 'never'
  readonly checkName: string
  readonly check: 'always' | 'never'
  /** A suite, or a revision of git that has one, whose policy counts; undefined for that of the base commit, if any. */
  readonly policyFrom: string | undefined
}

/** How a cluster is reached and what runs in it, where it is not as usual. */
export interface ClusterRequest {
  /** In place of what the suite says: one that is there, or one that kind makes for the run. */
  readonly cluster?: 'connect' | 'kind' | undefined
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** In place of the suite's own. */
  readonly namespace: string | undefined
  /** This program's own image, for its pods. */
  readonly image: string | undefined
  /** Whether a run brings the daemon and the controller in where they are missing. */
  readonly install: 'never' | 'ensure'
}

/** What a cluster of kind is made with, where it is not as usual. Its name is the run's own. */
interface KindRequest {
  /** The path of kind; else one in PATH or a downloaded one. */
  readonly binary: string | undefined
  /** A node image; else kind's own. */
  readonly image: string | undefined
  /** The path of a configuration of kind. */
  readonly config: string | undefined
  /** Whether the cluster stays for a look into it until `cleanup`. */
  readonly keep: 'never' | 'always'
}
