import type { Kind, Site } from './stage.ts'

/** What was seen from the data plane, in a number where there is one. */
export interface Look {
  readonly broken: boolean
  readonly measured: string
}

/** How one fault type is tried. */
export interface FaultCase {
  readonly type: string
  /** Where a type has more than one. */
  readonly name?: string
  /** As in a suite. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly asked: string
  readonly kind: Kind
  readonly replicas?: number
  /** `pods`: each; `workload`: the Deployment `main`, or the one named. */
  readonly target: 'pods' | 'workload' | 'namespace' | 'node'
  /** Only this workload's, of the shop's three. */
  readonly workload?: string
  /** Looks as a user does. Called again and again; its requests are the traffic that the fault meets. */
  readonly look: (site: Site, before: Site) => Promise<Look>
  /** The proof must say no: why. */
  readonly neverEffective?: string
  /** Kinds that this fault changes for good, which is what it is for. */
  readonly changes?: readonly string[]
  /** Nothing to put back: whether it is broken after its end is up to Kubernetes. */
  readonly instantaneous?: true
}

/** A type that would end the machine of the tests: it must be refused here, and `exercised` says where it is done. */
export interface RefusedCase {
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly exercised: string
}

export function look(broken: boolean, measured: string): Look {
  return { broken, measured }
}

export function shown(ms: number | undefined): string {
  return ms === undefined ? 'no answer' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}
