import { readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fillDisk } from '../../../src/daemon/disk/fill-disk.ts'
import { stressCpu } from '../../../src/daemon/groups/stress.ts'
import { throttleIo } from '../../../src/daemon/groups/throttle-io.ts'
import { workersOf } from '../../../src/daemon/groups/workers.ts'
import { processesOf } from '../../../src/daemon/processes/container-processes.ts'
import { pause } from '../../../src/daemon/processes/pause.ts'
import { script } from '../../../src/daemon/processes/script.ts'
import { stateOf } from '../../../src/daemon/processes/signals.ts'
import { removeSpentWatchdogs } from '../../../src/daemon/watchdog/watchdog.ts'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { abilities, CGROUP_V2, createLab, type Lab, until, type Victim, watchdogGroups } from './lab.ts'

const IDLE = ['sh', '-c', 'echo on; sleep 1000']
const MIB = 1024 ** 2
/** Long enough for the daemon to start and to be killed before. */
const UNTIL_MS = 6_000

let lab: Lab
beforeEach(() => {
  lab = createLab()
})
afterEach(async () => lab.close())

/** A daemon that applies this and is then killed with everything in its control group. */
async function appliedThenKilled(action: NodeAction, { pod }: Victim, context: NodeContext): Promise<void> {
  const entry = join(import.meta.dirname, 'daemon-entry.ts')
  const daemon = await lab.startDaemon([process.execPath, entry, JSON.stringify({ action, pod, context })])
  expect(daemon.firstLine).toBe('applied')
  // Where only version 2 is, there is only one group to be in.
  await daemon.killAll(context.abilities.cgroup === 'v2' ? CGROUP_V2 : undefined)
}

describe('when the daemon and all in its control group are killed', () => {
  it('a paused container goes on at the deadline', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'sleep 1000 & echo on; wait'])
    const context = lab.context({ remainingMs: UNTIL_MS })
    const action = { do: 'pause', container: undefined, process: undefined } as const
    const states = () => processesOf(victim.container.id).map(stateOf)
    await appliedThenKilled(action, victim, context)
    expect(states()).toEqual(['T', 'T'])
    await until(() => states().every((state) => state === 'S'), 'the end of the pause')
    await until(async () => !(await removeSpentWatchdogs(context)).includes(context.id), 'the removal of its groups')
    await pause.undo(action, victim.pod, context)
    expect(await pause.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('a frozen container thaws at the deadline', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context({ remainingMs: UNTIL_MS, cgroupRoot: CGROUP_V2, abilities: abilities('v2') })
    const action = { do: 'pause', container: undefined, process: undefined } as const
    const events = () => readFileSync(join(victim.group('unified'), 'cgroup.events'), 'utf8')
    await appliedThenKilled(action, victim, context)
    expect(events()).toContain('frozen 1')
    await until(() => events().includes('frozen 0'), 'the thaw')
    await pause.undo(action, victim.pod, context)
    expect(await pause.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('a throttled disk is fast again at the deadline', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context({ remainingMs: UNTIL_MS })
    const asked = { readBytesPerSecond: 1_000_000, writesPerSecond: 20, writeBytesPerSecond: undefined }
    const action = { do: 'throttle-io', container: undefined, path, readsPerSecond: undefined, ...asked } as const
    const limits = () =>
      ['read_bps', 'write_iops'].map((kind) =>
        readFileSync(join(victim.group('blkio'), `blkio.throttle.${kind}_device`), 'utf8'),
      )
    await appliedThenKilled(action, victim, context)
    expect(limits()).toEqual([expect.stringContaining(' 1000000'), expect.stringContaining(' 20')])
    await until(() => limits().every((text) => text === ''), 'the end of the limits')
    await throttleIo.undo(action, victim.pod, context)
    expect(await throttleIo.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('a filled disk is free again at the deadline', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context({ remainingMs: UNTIL_MS })
    const action = { do: 'fill-disk', container: undefined, path, bytes: 10 * MIB, ratio: undefined } as const
    const free = () => statfsSync(path).bavail
    const before = free()
    await appliedThenKilled(action, victim, context)
    expect(free()).toBeLessThan(before)
    await until(() => free() === before, 'the end of the file')
    await fillDisk.undo(action, victim.pod, context)
    expect(await fillDisk.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('a script is recovered from at the deadline', async () => {
    const path = await lab.mountDisk(8 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context({ remainingMs: UNTIL_MS })
    const file = join(path, 'broken')
    const words = { inject: `echo yes > ${file}`, recover: `echo no > ${file}`, proof: '' }
    const action = { do: 'script', container: undefined, ...words } as const
    await appliedThenKilled(action, victim, context)
    expect(readFileSync(file, 'utf8')).toBe('yes\n')
    await until(() => readFileSync(file, 'utf8') === 'no\n', 'the recovery')
    await script.undo(action, victim.pod, context)
    expect(await script.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('stress ends at once', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const action = { do: 'stress-cpu', container: undefined, workers: 2, loadRatio: 0.1 } as const
    await appliedThenKilled(action, victim, context)
    await until(async () => (await workersOf(context.id)).length === 0, 'the parent-death signal')
    expect(await stressCpu.leftovers(action, victim.pod, context)).toEqual([])
    expect(watchdogGroups(context.id)).toEqual([])
  })
})
