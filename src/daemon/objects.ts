import type { KubeObject } from '../kube/kube-client.ts'

/** The part of a Pod that a daemon looks at. */
export interface PodObject extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string
    readonly hostNetwork?: boolean
    readonly containers?: readonly {
      readonly name: string
      readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[]
    }[]
  }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly podIPs?: readonly { readonly ip: string }[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

interface ContainerStatus {
  readonly name: string
  /** `containerd://` and 64 hex digits; absent until it was created. */
  readonly containerID?: string
  readonly ready?: boolean
  readonly restartCount?: number
  readonly state?: { readonly running?: { readonly startedAt?: string } }
}

export interface NodeObject extends KubeObject {
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] }
}
