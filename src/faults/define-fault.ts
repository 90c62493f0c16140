import type { FaultType } from '../model/fault.ts'

/** Ties a fault's functions to its own parameters, and lets the registry hold faults of all kinds. */
export function defineFault<Parameters extends Readonly<Record<string, unknown>>>(
  fault: FaultType<Parameters>,
): FaultType {
  return fault as unknown as FaultType
}
