import { apply } from './apply.ts'
import { connectionExhaust } from './connection-exhaust.ts'
import { containerKill } from './container-kill.ts'
import { contextSwitchStress } from './context-switch-stress.ts'
import { cpuStress } from './cpu-stress.ts'
import type { DocumentedFault } from './define-fault.ts'
import { diskFill } from './disk-fill.ts'
import { dnsError } from './dns-error.ts'
import { dnsRandom } from './dns-random.ts'
import { dnsStatic } from './dns-static.ts'
import { evict } from './evict.ts'
import { grpcAbort } from './grpc-abort.ts'
import { httpAbort } from './http-abort.ts'
import { httpDelay } from './http-delay.ts'
import { httpReplace } from './http-replace.ts'
import { ioThrottle } from './io-throttle.ts'
import { job } from './job.ts'
import { memoryStress } from './memory-stress.ts'
import { networkBandwidth } from './network-bandwidth.ts'
import { networkCorrupt } from './network-corrupt.ts'
import { networkDelay } from './network-delay.ts'
import { networkDuplicate } from './network-duplicate.ts'
import { networkLoss } from './network-loss.ts'
import { networkPartition } from './network-partition.ts'
import { networkPolicy } from './network-policy.ts'
import { networkReorder } from './network-reorder.ts'
import { nodeCordon } from './node-cordon.ts'
import { nodeDrain } from './node-drain.ts'
import { nodeNetworkDown } from './node-network-down.ts'
import { nodeReboot } from './node-reboot.ts'
import { nodeScript } from './node-script.ts'
import { nodeShutdown } from './node-shutdown.ts'
import { nodeTaint } from './node-taint.ts'
import { patch } from './patch.ts'
import { podFailure } from './pod-failure.ts'
import { podKill } from './pod-kill.ts'
import { processKill } from './process-kill.ts'
import { processPause } from './process-pause.ts'
import { rolloutRestart } from './rollout-restart.ts'
import { scale } from './scale.ts'
import { script } from './script.ts'
import { serviceConfig } from './service-config.ts'
import { serviceStop } from './service-stop.ts'

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
  containerKill,
  rolloutRestart,
  evict,
  networkPartition,
  networkDelay,
  networkBandwidth,
  networkLoss,
  networkDuplicate,
  networkCorrupt,
  networkReorder,
  networkPolicy,
  connectionExhaust,
  httpAbort,
  httpDelay,
  httpReplace,
  grpcAbort,
  dnsError,
  dnsRandom,
  dnsStatic,
  cpuStress,
  memoryStress,
  contextSwitchStress,
  ioThrottle,
  diskFill,
  nodeCordon,
  nodeDrain,
  nodeTaint,
  nodeNetworkDown,
  nodeReboot,
  nodeShutdown,
  serviceStop,
  serviceConfig,
  patch,
  apply,
  script,
  nodeScript,
  job,
]
