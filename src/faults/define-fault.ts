import type { FaultType } from '../model/fault.ts'

/** What the reference page says beyond what the code of a fault type tells by itself. */
export interface FaultNotes {
  /** How it is done. */
  readonly mechanism: string
  /** What must be seen before it is believed, with the tolerance. */
  readonly proof: string
  /** How it ends, and what is put back. */
  readonly ends: string
  /** A `fault` of a suite, as one line of YAML. */
  readonly example: string
}

export interface DocumentedFault extends FaultType {
  readonly notes: FaultNotes
}

/** Ties a fault's functions to its own parameters, and lets the registry hold faults of all kinds. */
export function defineFault<Parameters extends Readonly<Record<string, unknown>>>(
  fault: FaultType<Parameters> & { readonly notes: FaultNotes },
): DocumentedFault {
  return fault as unknown as DocumentedFault
}
