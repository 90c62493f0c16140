import * as z from 'zod'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import type { ClusterFault } from '../../../src/model/cluster/recipe.ts'
import type { FaultType } from '../../../src/model/fault.ts'

const parameters = z.strictObject({
  strength: z.number().max(10).default(1),
  to: z.strictObject({ workload: z.string().optional(), address: z.string().optional() }).optional(),
})
type Parameters = z.infer<typeof parameters>

function faultType(
  type: string,
  group: FaultType['group'],
  half: Partial<ClusterFault<Parameters>>,
  actions: (strength: number, peers: unknown) => readonly NodeAction[],
) {
  const made: FaultType<Parameters> = {
    type,
    group,
    summary: type,
    platforms: ['kubernetes'],
    parameters,
    searchable: {},
    defaultMode: 'all',
    recipe: () => {
      throw new Error('not on this platform')
    },
    effect: () => ({ injected: [], effective: false, seen: '' }),
    describe: () => type,
    cluster: {
      scope: 'namespace',
      actor: 'daemon',
      targets: 'pods',
      open: false,
      expires: 'kernel',
      onReplaced: 're-apply',
      crossing: 'rule',
      recipe: ({ strength }, { peers }) => ({
        actor: 'daemon',
        ways: [
          { mechanism: 'a disk', actions: [fillDisk] },
          { mechanism: type, actions: actions(strength, peers) },
        ],
        probe: { probe: 'process', container: undefined, process: undefined },
      }),
      effect: (_, targets) => ({
        injected: [],
        effective: targets.every(({ before, under }) => before?.ready === true && under?.ready === false),
        seen: '',
      }),
      ...half,
    },
  }
  return made as unknown as FaultType
}

const fillDisk: NodeAction = { do: 'fill-disk', container: undefined, path: '/', bytes: 1, ratio: undefined }
const stress: NodeAction = { do: 'stress-cpu', container: undefined, workers: 1, loadRatio: 1 }
const drop = (ratio: number, peers: unknown): NodeAction => ({
  do: 'drop',
  match: { peers: peers as undefined, direction: 'both', ports: undefined },
  ratio,
})

/** Small fault types of each kind that the daemon tells apart. */
export const TYPES: readonly FaultType[] = [
  faultType('cut', 'network', {}, (strength, peers) => [drop(strength, peers)]),
  faultType('burn', 'resource', { expires: 'process' }, () => [stress]),
  faultType('both', 'network', {}, (strength, peers) => [drop(strength, peers), stress]),
  faultType('hold', 'resource', { expires: 'watchdog', onReplaced: 'report' }, () => [
    { do: 'pause', container: undefined, process: undefined },
  ]),
  faultType('open', 'open', { open: true }, () => [stress]),
  faultType('kill', 'workload', { actor: 'controller', expires: 'nothing-to-end', crossing: 'witness' }, () => []),
  faultType('node', 'node', { scope: 'node', targets: 'node' }, () => [stress]),
  faultType('power', 'node', { scope: 'node', targets: 'node', expires: 'nothing-to-end' }, () => [
    { do: 'node-power', how: 'reboot' },
  ]),
]
