import { join } from 'node:path'
import type { Mechanism, Prober } from '../model/cluster/mechanism.ts'
import { probeAbilities } from './abilities/probe-abilities.ts'
import { createPodFinder } from './find-pod.ts'
import { NETWORK_MECHANISMS, PACKET_PROBER, stopNetwork } from './network/mechanisms.ts'
import { NODE_WORK_MECHANISMS, NODE_WORK_PROBERS } from './node/node-work.ts'
import { PROXY_MECHANISMS, PROXY_PROBERS } from './proxy/mechanisms.ts'
import type { NodeTools } from './tools.ts'
import { createWitness } from './witness.ts'

export interface NodeToolsOptions {
  /** Where the host's control groups are mounted. */
  readonly cgroupRoot: string
  /** On the node, kept over restarts. */
  readonly stateFolder: string
  readonly helperCommand: readonly string[]
}

/** Every mechanism and prober of this node, by kind. Each is picked by the kind of its action, and handed actions of that kind only. */
export function createNodeTools({ cgroupRoot, stateFolder, helperCommand }: NodeToolsOptions): NodeTools {
  const all = [...NETWORK_MECHANISMS, ...PROXY_MECHANISMS, ...NODE_WORK_MECHANISMS] as unknown as readonly Mechanism[]
  const mechanisms = new Map(all.map((mechanism) => [mechanism.do, mechanism]))
  const looks = [PACKET_PROBER, ...PROXY_PROBERS, ...NODE_WORK_PROBERS] as unknown as readonly Prober[]
  const probers = new Map(looks.map((prober) => [prober.probe, prober]))
  const abilities = () => probeAbilities(cgroupRoot)
  return {
    mechanism: (what) => mechanisms.get(what),
    prober: (probe) => probers.get(probe),
    abilities,
    findPod: createPodFinder(),
    witness: createWitness({ folder: join(stateFolder, 'witness'), cgroupRoot, helperCommand, abilities }),
    stop: stopNetwork,
  }
}
