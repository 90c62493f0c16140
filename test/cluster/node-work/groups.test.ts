import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskProber } from '../../../src/daemon/disk/disk-prober.ts'
import { diskBehind } from '../../../src/daemon/groups/block-device.ts'
import { groupProber } from '../../../src/daemon/groups/group-prober.ts'
import { stressCpu, stressMemory, stressSwitches } from '../../../src/daemon/groups/stress.ts'
import { throttleIo } from '../../../src/daemon/groups/throttle-io.ts'
import { workersOf } from '../../../src/daemon/groups/workers.ts'
import { processesOf } from '../../../src/daemon/processes/container-processes.ts'
import { signal } from '../../../src/daemon/processes/signals.ts'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { NodeReading } from '../../../src/model/cluster/reading.ts'
import { createLab, type Lab, until, type Victim, watchdogGroups } from './lab.ts'

const IDLE = ['sh', '-c', 'echo on; sleep 1000']
const MIB = 1024 ** 2
const probe = { probe: 'group', container: undefined } as const

let lab: Lab
beforeEach(() => {
  lab = createLab()
})
afterEach(async () => lab.close())

/** A machine that is busy with something else gives the workers their time later. */
async function readUntil(victim: Victim, context: NodeContext, isIt: (reading: Partial<NodeReading>) => boolean) {
  let reading: Partial<NodeReading> = {}
  await until(async () => {
    reading = await groupProber.read(probe, victim.pod, context, [])
    return isIt(reading)
  }, 'the effect')
  return reading
}

describe('stress-cpu', () => {
  const action = { do: 'stress-cpu', container: undefined, workers: 2, loadRatio: 1 } as const

  it("uses the processor up to the container's limit, is counted, and ends", async () => {
    const victim = await lab.startVictim(IDLE, { cores: 0.3 })
    const context = lab.context()
    const before = await groupProber.read(probe, victim.pod, context, [])
    await stressCpu.apply(action, victim.pod, context)
    await stressCpu.apply(action, victim.pod, context)
    expect(await stressCpu.counters?.(action, victim.pod, context)).toEqual({ running: 2 })
    expect(before.cores).toBeLessThan(0.05)
    const under = await readUntil(victim, context, ({ cores = 0, throttled = 0 }) => cores > 0.2 && throttled > 0)
    expect(under.cores).toBeLessThan(0.4)
    await stressCpu.undo(action, victim.pod, lab.context({ id: context.id }))
    await stressCpu.undo(action, victim.pod, context)
    expect(await stressCpu.leftovers(action, victim.pod, context)).toEqual([])
    expect(lab.exits).toEqual([])
  })

  it('uses so much of a processor as was asked', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    await stressCpu.apply({ ...action, workers: 1, loadRatio: 0.25 }, victim.pod, context)
    const under = await readUntil(victim, context, ({ cores = 0 }) => cores > 0.15)
    expect(under.cores).toBeLessThan(0.35)
    await stressCpu.undo(action, victim.pod, context)
  })

  it('does not take its own workers for processes of the container', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const before = processesOf(victim.container.id)
    await stressCpu.apply(action, victim.pod, context)
    expect(processesOf(victim.container.id).map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid))
    await stressCpu.undo(action, victim.pod, context)
  })

  it('tells when a worker ends before its time', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    await stressCpu.apply(action, victim.pod, context)
    const [first] = await workersOf(context.id)
    if (first) signal(first, 'SIGKILL')
    await until(() => lab.exits.length === 1, 'word of the end')
    expect(lab.exits[0]).toContain('it was killed')
    await stressCpu.undo(action, victim.pod, context)
  })

  it('ends by itself at the deadline', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context({ remainingMs: 200 })
    await stressCpu.apply(action, victim.pod, context)
    await until(async () => (await workersOf(context.id)).length === 0, 'the timeout of the workers')
    expect(lab.exits).toEqual([])
  })
})

describe('stress-memory', () => {
  const action = { do: 'stress-memory', container: undefined, bytes: 80 * MIB } as const

  it('holds what was asked and little more, in the group of the container', async () => {
    const victim = await lab.startVictim(IDLE, { memoryBytes: 200 * MIB })
    const context = lab.context()
    const before = await groupProber.read(probe, victim.pod, context, [])
    await stressMemory.apply(action, victim.pod, context)
    const under = await groupProber.read(probe, victim.pod, context, [])
    const more = (under.memoryBytes ?? 0) - (before.memoryBytes ?? 0)
    expect(more).toBeGreaterThan(79 * MIB)
    expect(more).toBeLessThan(90 * MIB)
    await stressMemory.undo(action, victim.pod, context)
    const after = await groupProber.read(probe, victim.pod, context, [])
    expect(after.memoryBytes).toBeLessThan((before.memoryBytes ?? 0) + 10 * MIB)
  })

  it('is itself what the kernel ends when the limit is reached, and says so', async () => {
    const victim = await lab.startVictim(IDLE, { memoryBytes: 60 * MIB })
    const context = lab.context()
    await expect(stressMemory.apply(action, victim.pod, context)).rejects.toThrow('it was killed')
    expect(processesOf(victim.container.id)).not.toEqual([])
    await stressMemory.undo(action, victim.pod, context)
    expect(await stressMemory.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('does not fill the node', async () => {
    const victim = await lab.startVictim(IDLE)
    const all = stressMemory.apply({ ...action, bytes: 2 ** 50 }, victim.pod, lab.context())
    await expect(all).rejects.toThrow('stay free')
  })
})

describe('stress-switches', () => {
  const action = { do: 'stress-switches', container: undefined, workers: 1 } as const

  it('makes many switches and ends', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const before = await groupProber.read(probe, victim.pod, context, [])
    await stressSwitches.apply(action, victim.pod, context)
    await stressSwitches.apply(action, victim.pod, context)
    expect(await stressSwitches.counters?.(action, victim.pod, context)).toEqual({ running: 1 })
    expect(before.switchesPerSecond).toBeLessThan(100)
    await readUntil(victim, context, ({ switchesPerSecond = 0 }) => switchesPerSecond > 1_000)
    await stressSwitches.undo(action, victim.pod, context)
    expect(await stressSwitches.leftovers(action, victim.pod, context)).toEqual([])
  })
})

describe('throttle-io', () => {
  const nothing = {
    do: 'throttle-io',
    container: undefined,
    readBytesPerSecond: undefined,
    writeBytesPerSecond: undefined,
    readsPerSecond: undefined,
    writesPerSecond: undefined,
  } as const

  it('slows synced writes down to what was asked, and puts back what was there', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const action = { ...nothing, path, writeBytesPerSecond: 100_000, writesPerSecond: 40 }
    const disk = { probe: 'disk', container: undefined, path } as const
    expect(throttleIo.refuse(action, victim.pod, context.abilities)).toBeUndefined()
    const before = await diskProber.read(disk, victim.pod, context, [])
    await throttleIo.apply(action, victim.pod, context)
    await throttleIo.apply(action, victim.pod, context)
    expect(await throttleIo.leftovers(action, victim.pod, context)).not.toEqual([])
    const under = await diskProber.read(disk, victim.pod, context, [])
    await throttleIo.undo(action, victim.pod, lab.context({ id: context.id }))
    await throttleIo.undo(action, victim.pod, context)
    const after = await diskProber.read(disk, victim.pod, context, [])
    expect(under.writesPerSecond).toBeLessThan(40)
    expect(under.writesPerSecond).toBeGreaterThan(0)
    expect(before.writesPerSecond).toBeGreaterThan(2 * (under.writesPerSecond ?? 0))
    expect(after.writesPerSecond).toBeGreaterThan(2 * (under.writesPerSecond ?? 0))
    expect(readFileSync(join(victim.group('blkio'), 'blkio.throttle.write_bps_device'), 'utf8')).toBe('')
    expect(await throttleIo.leftovers(action, victim.pod, context)).toEqual([])
    expect(watchdogGroups(context.id)).toEqual([])
  })

  it.each([
    { limit: { readsPerSecond: 40 }, most: 60 },
    { limit: { readBytesPerSecond: 100_000 }, most: 37 },
  ])('slows reads down to what was asked: $limit', async ({ limit, most }) => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const action = { ...nothing, path, ...limit }
    const disk = { probe: 'disk', container: undefined, path } as const
    const before = await diskProber.read(disk, victim.pod, context, [])
    await throttleIo.apply(action, victim.pod, context)
    const under = await diskProber.read(disk, victim.pod, context, [])
    await throttleIo.undo(action, victim.pod, context)
    // What the proof of io-throttle asks for.
    expect(under.readsPerSecond).toBeLessThanOrEqual(most)
    expect(under.readsPerSecond).toBeGreaterThan(0)
    expect(before.readsPerSecond).toBeGreaterThan(1.5 * (under.readsPerSecond ?? 0))
    expect(under.readBytesPerSecond).toBe(4_096 * (under.readsPerSecond ?? 0))
  })

  it('refuses what is on no disk', async () => {
    const victim = await lab.startVictim(IDLE)
    const why = throttleIo.refuse(
      { ...nothing, path: '/proc', writesPerSecond: 1 },
      victim.pod,
      lab.context().abilities,
    )
    expect(why).toContain('on no disk')
    expect(diskBehind(victim.container.pid ?? 0, '/')).toEqual({ device: expect.stringMatching(/^\d+:\d+$/) })
  })

  it('undoes when the victim and its groups are gone', async () => {
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const action = { ...nothing, path: undefined, readsPerSecond: 1_000 }
    await throttleIo.apply(action, victim.pod, context)
    await lab.close()
    lab = createLab()
    await throttleIo.undo(action, victim.pod, context)
    expect(await throttleIo.leftovers(action, victim.pod, context)).toEqual([])
  })
})
