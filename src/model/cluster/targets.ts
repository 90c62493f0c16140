import type { FaultTarget, Peers } from './fault-object.ts'

/** A pod as it stands in a slot now. */
export interface SlotPod {
  readonly name: string
  readonly uid: string
  readonly node: string | undefined
  readonly ready: boolean
}

/** What an engine asks about the preview to turn slots (`web-1`) and workloads (`Deployment/web`) into targets with UIDs. */
export interface ClusterTargets {
  /** The pod that a slot holds; undefined while it is empty. */
  readonly pod: (slot: string) => SlotPod | undefined
  readonly workload: (name: string) => FaultTarget | undefined
  readonly node: (name: string) => FaultTarget | undefined
  readonly namespace: () => FaultTarget
  /** Addresses of a workload's pods and of the Services that select them. */
  readonly addresses: (workload: string) => Peers
  /** A slot that got another pod. Returns how to stop listening. */
  readonly onReplaced: (listener: (slot: string, formerUid: string, pod: SlotPod) => void) => () => void
}
