/** What the user said about the cluster, and what he allows. */
export interface ConnectionRequest {
  /** A file. Default: the list in KUBECONFIG, then `~/.kube/config`, then the pod's own service account. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute paths of credential plugins that may be run. None by default: a kubeconfig can name any program. */
  readonly allowExec?: readonly string[] | undefined
  readonly allowInsecure?: boolean | undefined
  /** Where a pod's own credentials lie. */
  readonly serviceAccountFolder?: string | undefined
}
