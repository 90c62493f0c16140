import type { HttpMatch } from '../recipe.ts'
import type { Peers } from './fault-object.ts'

/** Of the target: `to` is what it sends, `from` what it receives. */
export type Direction = 'to' | 'from' | 'both'

/** Which of a pod's packets a rule acts on. `peers: undefined` is everybody but the pod itself (loopback). */
export interface PacketMatch {
  readonly peers: Peers | undefined
  readonly direction: Direction
  /** Of either side, for TCP and UDP; undefined is every port and protocol. */
  readonly ports: readonly number[] | undefined
}

/** What user space does to packets. Ratios 0..1; 0 leaves them alone. */
export interface Impairment {
  readonly latencyMs: number
  readonly jitterMs: number
  readonly distribution: 'uniform' | 'normal' | 'pareto'
  readonly lossRatio: number
  /** How much a packet's fate depends on the one before it. */
  readonly correlation: number
  readonly corruptRatio: number
  /** Packets that skip the delay and so overtake others; needs a latency. */
  readonly reorderRatio: number
  readonly seed: number
}

export type HttpFaultRule =
  /** Status to answer with, or undefined to reset the connection. */
  | { readonly rule: 'abort'; readonly status: number | undefined }
  | { readonly rule: 'delay'; readonly delayMs: number; readonly jitterMs: number }
  | {
      readonly rule: 'replace'
      readonly status: number | undefined
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | undefined
    }
  /** gRPC status code; the answer is a trailers-only response over HTTP/2 without TLS. */
  | { readonly rule: 'grpc-abort'; readonly status: number; readonly message: string }

export type DnsAnswer =
  | { readonly answer: 'servfail' }
  | { readonly answer: 'nxdomain' }
  | { readonly answer: 'random' }
  | { readonly answer: 'static'; readonly addresses: readonly string[] }

/**
 * What a daemon can do on its node, one file a kind in src/daemon. All in the pod's own namespaces and control groups, but
 * for those that say `node`. Each is idempotent, has an undo that needs nothing but the journal's entry, and an end of its own.
 */
export type NodeAction =
  /** Drops matching packets, all of them or a share at random. Ended by the kernel: the rule matches a timed set. */
  | { readonly do: 'drop'; readonly match: PacketMatch; readonly ratio: number }
  /**
   * Hands packets to user space by NFQUEUE. `hook: input` holds what arrives (delays; established connections too),
   * `output` what leaves (only for decisions without delay), `both`. Fails open. Ended by the kernel.
   */
  | {
      readonly do: 'queue'
      readonly match: PacketMatch
      readonly hook: 'input' | 'output' | 'both'
      readonly impairment: Impairment
    }
  /** The kernel's own emulator behind a timed class, where it has it. */
  | {
      readonly do: 'netem'
      readonly match: PacketMatch
      readonly impairment: Impairment
      readonly duplicateRatio: number
    }
  /** xt_TEE to the default gateway. Ended by the kernel. */
  | { readonly do: 'duplicate'; readonly match: PacketMatch; readonly ratio: number }
  /** What leaves by htb behind a timed class, what arrives by a timed rate limit. Ended by the kernel. */
  | { readonly do: 'shape'; readonly match: PacketMatch; readonly bytesPerSecond: number }
  /** New TCP connections to these ports of the pod (or, with `outbound`, from the pod to `peers`) go through a proxy that hurts matching requests. The way into the proxy is ended by the kernel. */
  | {
      readonly do: 'redirect-http'
      readonly ports: readonly number[]
      readonly outbound: boolean
      readonly peers: Peers | undefined
      readonly match: HttpMatch
      readonly rule: HttpFaultRule
      readonly seed: number
    }
  /** DNS questions of the pod, by UDP and TCP; `patterns` as in a suite: `*` stands for any run of characters, case-insensitive. */
  | {
      readonly do: 'redirect-dns'
      readonly patterns: readonly string[]
      readonly answer: DnsAnswer
      readonly seed: number
    }
  /** In the container's control group, so that its limits hold. Ended by parent-death signal and timeout. */
  | {
      readonly do: 'stress-cpu'
      readonly container: string | undefined
      readonly workers: number
      readonly loadRatio: number
    }
  | { readonly do: 'stress-memory'; readonly container: string | undefined; readonly bytes: number }
  | { readonly do: 'stress-switches'; readonly container: string | undefined; readonly workers: number }
  /** Idle TCP connections from the node to the pod's port, or from the pod to the peers. Ends with its process. */
  | {
      readonly do: 'open-connections'
      readonly port: number
      readonly count: number
      readonly peers: Peers | undefined
    }
  /** SIGTERM is followed by SIGKILL after `graceMs`. Without `process` the first process of the container. Instantaneous. */
  | {
      readonly do: 'kill'
      readonly container: string | undefined
      readonly process: string | undefined
      readonly signal: 'SIGKILL' | 'SIGTERM'
      readonly graceMs: number
    }
  /** SIGSTOP to every process of the container, or those whose command line contains `process`; a watchdog in a control group of its own ends it. */
  | { readonly do: 'pause'; readonly container: string | undefined; readonly process: string | undefined }
  /** Ended by the watchdog. `path` names the volume; undefined is the container's root. */
  | {
      readonly do: 'throttle-io'
      readonly container: string | undefined
      readonly path: string | undefined
      readonly readBytesPerSecond: number | undefined
      readonly writeBytesPerSecond: number | undefined
      readonly readsPerSecond: number | undefined
      readonly writesPerSecond: number | undefined
    }
  /** One file of the size, or up to a share of what is free (at most 90 %). Ended by the watchdog. */
  | {
      readonly do: 'fill-disk'
      readonly container: string | undefined
      readonly path: string
      readonly bytes: number | undefined
      readonly ratio: number | undefined
    }
  /** A command in the container's namespaces, or on the node; with an undo of its own. Only where policy allows. */
  | {
      readonly do: 'script'
      readonly container: string | undefined
      readonly inject: string
      readonly recover: string
      readonly proof: string
    }
  /** node: the interface with the default route goes down; a watchdog brings it up. */
  | { readonly do: 'node-link-down'; readonly device: string | undefined }
  | { readonly do: 'node-power'; readonly how: 'reboot' | 'shutdown' }
  /** node: systemd unit, or with `manifest` a static pod's manifest moved aside. */
  | { readonly do: 'node-service-stop'; readonly unit: string | undefined; readonly manifest: string | undefined }
  /** node: replaces text in a file and restarts the unit; both undone from a copy. */
  | {
      readonly do: 'node-service-config'
      readonly file: string
      readonly search: string
      readonly replace: string
      readonly unit: string | undefined
    }
