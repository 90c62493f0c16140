import type { Peers } from '../../model/cluster/fault-object.ts'
import type { NodeProbe, NodeReading } from '../../model/cluster/reading.ts'
import { contextOf, countAll, type Work } from './actions.ts'
import { peerList } from './facts.ts'
import type { RunSetting } from './run-setting.ts'
import { within } from './within.ts'

const LOOK_MS = 4_000

/** One look at a target: what the fault's own rules counted, joined with what the prober sees. Undefined when it took too long. */
export async function lookAt(
  probe: NodeProbe,
  work: Work,
  peers: Peers | undefined,
  setting: RunSetting,
  counting: boolean,
): Promise<NodeReading | undefined> {
  const look = setting.looks.run(async () => {
    const context = await contextOf(work, work.actions[0]?.id ?? '00000000', setting, () => undefined)
    const prober = setting.tools.prober(probe.probe)
    const [counted, seen] = await Promise.all([
      counting ? countAll(work, setting) : {},
      prober?.read(probe, work.pod, context, peerList(peers)) ?? {},
    ])
    return { ...defined(counted), ...defined(seen), probe: probe.probe, at: setting.clock.now() }
  })
  return within(setting.clock, LOOK_MS, look).catch(() => undefined)
}

function defined(reading: Partial<NodeReading>): Partial<NodeReading> {
  return Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined))
}
