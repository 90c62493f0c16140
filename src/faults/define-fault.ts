import { SeaworthyError } from '../kit/errors.ts'
import type { ClusterFault } from '../model/cluster/recipe.ts'
import type { FaultType } from '../model/fault.ts'

/** What the reference page says of a fault type on one platform, beyond what its code tells by itself. */
export interface PlatformNotes {
  /** How it is done. */
  readonly mechanism: string
  /** What must be seen before it is believed, with the tolerance. */
  readonly proof: string
  /** How it ends, and what is put back. */
  readonly ends: string
}

export interface ClusterNotes extends PlatformNotes {
  /** What the tests do not run on a real machine, and how it is checked in its place. */
  readonly notRun?: string
}

export interface FaultNotes extends PlatformNotes {
  /** A `fault` of a suite, as one line of YAML. */
  readonly example: string
  readonly kubernetes?: ClusterNotes
}

export interface DocumentedFault extends FaultType {
  readonly notes: FaultNotes
}

type Parameters = Readonly<Record<string, unknown>>

/** Ties a fault's functions to its own parameters, and lets the registry hold faults of all kinds. */
export function defineFault<P extends Parameters>(
  fault: FaultType<P> & { readonly notes: FaultNotes },
): DocumentedFault {
  return fault as unknown as DocumentedFault
}

type ClusterOnly<P extends Parameters> = Omit<FaultType<P>, 'platforms' | 'recipe' | 'effect' | 'cluster'> & {
  readonly cluster: ClusterFault<P>
  readonly notes: ClusterNotes & { readonly example: string }
}

/** A fault that needs a cluster. On platform `process` it is refused: its recipe throws SeaworthyError('PLAN'). */
export function defineClusterFault<P extends Parameters>(fault: ClusterOnly<P>): DocumentedFault {
  const refuse = (): never => {
    throw new SeaworthyError('PLAN', `${fault.type} needs platform kubernetes`, {
      remedy: 'Use a fault that platform process has: see `seaworthy faults`.',
    })
  }
  return defineFault<P>({
    ...fault,
    platforms: ['kubernetes'],
    recipe: refuse,
    effect: refuse,
    notes: { ...fault.notes, kubernetes: fault.notes },
  })
}
