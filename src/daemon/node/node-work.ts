import { diskProber } from '../disk/disk-prober.ts'
import { fillDisk } from '../disk/fill-disk.ts'
import { groupProber } from '../groups/group-prober.ts'
import { stressCpu, stressMemory, stressSwitches } from '../groups/stress.ts'
import { throttleIo } from '../groups/throttle-io.ts'
import { kill } from '../processes/kill.ts'
import { pause } from '../processes/pause.ts'
import { processProber } from '../processes/process-prober.ts'
import { script } from '../processes/script.ts'
import { scriptProber } from '../processes/script-prober.ts'
import { hostDoor } from './host-door.ts'
import { nodeLinkDown } from './link-down.ts'
import { nodeProber } from './node-prober.ts'
import { nodePower } from './power.ts'
import { nodeServiceConfig } from './service-config.ts'
import { nodeServiceStop } from './service-stop.ts'

/** What a daemon can do to processes, control groups, disks and its node. */
export const NODE_WORK_MECHANISMS = [
  kill,
  pause,
  stressCpu,
  stressMemory,
  stressSwitches,
  throttleIo,
  fillDisk,
  script,
  nodeLinkDown(hostDoor),
  nodePower(hostDoor),
  nodeServiceStop(hostDoor),
  nodeServiceConfig(hostDoor),
] as const

/** How a daemon looks at them. */
export const NODE_WORK_PROBERS = [groupProber, processProber, diskProber, scriptProber, nodeProber(hostDoor)] as const
