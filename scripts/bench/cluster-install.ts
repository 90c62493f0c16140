import { installEngine } from '../../src/install/install-engine.ts'
import { defaultInstallation } from '../../src/install/objects/manifest.ts'
import { uninstallEngine } from '../../src/install/uninstall-engine.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { VERSION } from '../../src/kit/version.ts'
import { SYSTEM_NAMESPACE } from '../../src/model/cluster/fault-object.ts'
import { askFor, conditionOf, deleteFault, readFault } from '../../test/cluster/faults/faults.ts'
import type { Site, Stage } from '../../test/cluster/faults/stage.ts'
import { until } from '../../test/cluster/tools.ts'

const WAIT_MS = 60_000

/** In milliseconds since the first request of an installation into a cluster that has the image. */
export interface InstallTimes {
  readonly readyMs: number
  /** A fault that was asked for when all was ready had its target found and checked. */
  readonly acceptedMs: number
}

/** Uninstalls, installs, and asks for a fault that is only prepared. */
export async function installTimes(stage: Stage, { namespace, pods }: Site): Promise<InstallTimes> {
  const { client } = stage
  await uninstallEngine(client, { namespace: SYSTEM_NAMESPACE, clock: systemClock, waitMs: WAIT_MS })
  const installation = defaultInstallation(VERSION)
  const from = performance.now()
  await installEngine(client, { installation, clock: systemClock, mode: 'apply', waitMs: WAIT_MS })
  const readyMs = performance.now() - from
  const targets = pods.map(({ metadata }) => ({ kind: 'Pod', name: metadata.name, uid: metadata.uid ?? '' }))
  const asked = { type: 'network-partition', parameters: {}, targets, active: false }
  const fault = await askFor(stage, namespace, asked)
  await until(
    'the first fault to be accepted',
    async () => (conditionOf(await readFault(stage, fault), 'Selected')?.status === 'True' ? true : undefined),
    { everyMs: 10 },
  )
  const acceptedMs = performance.now() - from
  await deleteFault(stage, fault)
  return { readyMs, acceptedMs }
}
