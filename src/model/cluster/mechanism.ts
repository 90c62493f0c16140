import type { NodeAction } from './node-action.ts'
import type { NodeProbe, NodeReading } from './reading.ts'

/** A pod on this node as its daemon found it. JSON-serialisable: the journal keeps it, and an undo needs nothing else. */
export interface PodOnNode {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** All addresses of the pod. */
  readonly ips: readonly string[]
  readonly hostNetwork: boolean
  readonly containers: readonly ContainerOnNode[]
  /** Any process that lives as long as the pod's network namespace does (the sandbox's), with its start time. */
  readonly sandbox: { readonly pid: number; readonly startTime: string } | undefined
  /** Device and inode of the pod's network namespace: a pid may be somebody else's by the time of the undo. */
  readonly netns: string | undefined
}

export interface ContainerOnNode {
  readonly name: string
  /** 64 hex digits. */
  readonly id: string
  /** First process, as this daemon sees it; undefined while it is down. */
  readonly pid: number | undefined
  readonly startTime: string | undefined
  readonly ready: boolean
  readonly restarts: number
}

/** What this kernel and this node can do, each probed harmlessly in a scratch network namespace. */
export interface Abilities {
  readonly nft: boolean
  readonly iptables: 'nft' | 'legacy' | undefined
  readonly ipset: boolean
  readonly nfqueue: boolean
  readonly tee: boolean
  readonly classify: boolean
  readonly htb: boolean
  readonly netem: boolean
  readonly redirect: boolean
  readonly redirect6: boolean
  readonly cgroup: 'v1' | 'v2'
  readonly perl: boolean
  readonly kernel: string
  readonly architecture: string
}

/** Everything that an action may need; the same for apply, undo and reading. */
export interface NodeContext {
  /** 8 hex digits, from the fault's UID and the action's place: names of tables, sets, groups and helpers. */
  readonly id: string
  readonly abilities: Abilities
  /** Absolute end, milliseconds since the epoch, and what is left of it now. */
  readonly expiresAtMs: number
  readonly remainingMs: number
  /** Where the host's control groups are mounted: `/host/cgroup`. */
  readonly cgroupRoot: string
  /** Addresses of the node itself: kubelet's probes come from there. */
  readonly nodeAddresses: readonly string[]
  /** A folder of this fault's own on the node, kept until it is undone. */
  readonly folder: string
  /** Starts this program again as one of its own helpers: `[node, cli, 'internal', …]`. */
  readonly helperCommand: readonly string[]
  /** Told when a helper of this action ended before it was asked to. */
  readonly onHelperExit: (detail: string) => void
}

/** One kind of action; a file each in src/daemon. */
export interface Mechanism<A extends NodeAction = NodeAction> {
  readonly do: A['do']
  readonly expires: 'kernel' | 'process' | 'watchdog' | 'nothing-to-end'
  /** Why it cannot be done to this pod on this node; undefined when it can. Touches nothing. */
  readonly refuse: (action: A, pod: PodOnNode, abilities: Abilities) => string | undefined
  /** Idempotent. Throws SeaworthyError('ENGINE') when it could not be done; what was done by then is undone by the caller. */
  readonly apply: (action: A, pod: PodOnNode, context: NodeContext) => Promise<void>
  /** Idempotent; succeeds when there is nothing left to undo, or the pod is gone. After a restart of the daemon nothing but these arguments is known. */
  readonly undo: (action: A, pod: PodOnNode, context: NodeContext) => Promise<void>
  /**
   * Counts, undoes and sees that nothing is left, at once, where that is quicker than one after the other: what it had counted.
   * Undefined where it could not: the caller then does it by the others, which are the ones that must hold. May throw.
   */
  readonly finish?: (action: A, pod: PodOnNode, context: NodeContext) => Promise<Partial<NodeReading> | undefined>
  /** Names of what is still there of it; empty when all is gone. */
  readonly leftovers: (action: A, pod: PodOnNode, context: NodeContext) => Promise<readonly string[]>
  /** For rule-like actions: other peers from now on, in one step. */
  readonly update?: (action: A, pod: PodOnNode, context: NodeContext) => Promise<void>
  /** What this action itself counted, joined into the reading: matched, hit, bytes, medianHeldMs, running. */
  readonly counters?: (action: A, pod: PodOnNode, context: NodeContext) => Promise<Partial<NodeReading>>
}

/** Looks at a target; `before` any action, and while and after. Never throws for what could not be seen: the member is absent. */
export interface Prober<P extends NodeProbe = NodeProbe> {
  readonly probe: P['probe']
  readonly read: (
    probe: P,
    pod: PodOnNode,
    context: NodeContext,
    peers: readonly string[],
  ) => Promise<Partial<NodeReading>>
}
