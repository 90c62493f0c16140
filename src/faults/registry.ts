import type { FaultType } from '../model/fault.ts'

/** Every fault type, by name. Adding a fault is adding a file and a line here. */
export const FAULT_TYPES: readonly FaultType[] = []
