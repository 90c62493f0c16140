import { connectionExhaust } from './connection-exhaust.ts'
import { cpuStress } from './cpu-stress.ts'
import type { DocumentedFault } from './define-fault.ts'
import { httpAbort } from './http-abort.ts'
import { httpDelay } from './http-delay.ts'
import { httpReplace } from './http-replace.ts'
import { memoryStress } from './memory-stress.ts'
import { networkBandwidth } from './network-bandwidth.ts'
import { networkDelay } from './network-delay.ts'
import { networkPartition } from './network-partition.ts'
import { podFailure } from './pod-failure.ts'
import { podKill } from './pod-kill.ts'
import { processKill } from './process-kill.ts'
import { processPause } from './process-pause.ts'
import { scale } from './scale.ts'

/**
 * Every fault type, by group. Adding a fault is adding a file and a line here.
 * The names in `searchable` are keys of the suite and of the normalised parameters alike, so that a search sets one number.
 */
export const FAULT_TYPES: readonly DocumentedFault[] = [
  podKill,
  podFailure,
  processKill,
  processPause,
  scale,
  networkPartition,
  networkDelay,
  networkBandwidth,
  connectionExhaust,
  httpAbort,
  httpDelay,
  httpReplace,
  cpuStress,
  memoryStress,
]
