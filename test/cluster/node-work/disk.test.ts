import { existsSync, mkdirSync, readdirSync, renameSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskProber } from '../../../src/daemon/disk/disk-prober.ts'
import { fillDisk, fillName } from '../../../src/daemon/disk/fill-disk.ts'
import { processesOf } from '../../../src/daemon/processes/container-processes.ts'
import { createLab, type Lab, until, watchdogGroups } from './lab.ts'

const IDLE = ['sh', '-c', 'echo on; sleep 1000']
const MIB = 1024 ** 2

let lab: Lab
beforeEach(() => {
  lab = createLab()
})
afterEach(async () => lab.close())

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

describe('fill-disk', () => {
  const action = { do: 'fill-disk', container: undefined, bytes: 10 * MIB, ratio: undefined } as const

  it('takes what was asked, shows it, and gives it back', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const disk = { probe: 'disk', container: undefined, path } as const
    const before = freeBytes(path)
    expect(fillDisk.refuse({ ...action, path }, victim.pod, context.abilities)).toBeUndefined()
    await fillDisk.apply({ ...action, path }, victim.pod, context)
    await fillDisk.apply({ ...action, path }, victim.pod, context)
    expect(freeBytes(path)).toBeLessThanOrEqual(before - 10 * MIB)
    const under = await diskProber.read(disk, victim.pod, context, [])
    expect(under.filledBytes).toBeGreaterThanOrEqual(10 * MIB)
    expect(under.freeBytes).toBe(freeBytes(path))
    await fillDisk.undo({ ...action, path }, victim.pod, lab.context({ id: context.id }))
    await fillDisk.undo({ ...action, path }, victim.pod, context)
    expect(freeBytes(path)).toBe(before)
    expect(readdirSync(path)).toEqual(['lost+found'])
    expect(await fillDisk.leftovers({ ...action, path }, victim.pod, context)).toEqual([])
    expect(watchdogGroups(context.id)).toEqual([])
  })

  it('fills at most nine tenths, and refuses a size that does not fit', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const before = freeBytes(path)
    const whole = { ...action, path, bytes: undefined, ratio: 1 }
    await fillDisk.apply(whole, victim.pod, context)
    expect(freeBytes(path)).toBeGreaterThan(before * 0.09)
    expect(freeBytes(path)).toBeLessThan(before * 0.12)
    await fillDisk.undo(whole, victim.pod, context)
    const large = fillDisk.apply({ ...action, path, bytes: 31 * MIB }, victim.pod, lab.context())
    await expect(large).rejects.toThrow('may be filled')
    expect(readdirSync(path)).toEqual(['lost+found'])
  })

  it('follows no link, and takes nothing over that was there', async () => {
    const path = await lab.mountDisk(32 * MIB)
    mkdirSync(join(path, 'data'))
    symlinkSync('/etc', join(path, 'link'))
    writeFileSync(join(path, 'file'), '')
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const refuse = (below: string) => fillDisk.refuse({ ...action, path: below }, victim.pod, context.abilities)
    expect(refuse(join(path, 'link'))).toContain('symbolic link')
    expect(refuse(join(path, 'file'))).toContain('not a folder')
    expect(refuse(`${path}/data/../link`)).toContain('leads elsewhere')
    expect(refuse(`${path}/none`)).toContain('not there')
    const trap = { ...action, path: join(path, 'data') }
    symlinkSync('/etc/sw-trap', join(path, 'data', fillName(context.id)))
    await expect(fillDisk.apply(trap, victim.pod, context)).rejects.toThrow('EEXIST')
    expect(existsSync('/etc/sw-trap')).toBe(false)
  })

  it('gives the space back though the file was renamed', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const before = freeBytes(path)
    await fillDisk.apply({ ...action, path }, victim.pod, context)
    renameSync(join(path, fillName(context.id)), join(path, 'mine-now'))
    await fillDisk.undo({ ...action, path }, victim.pod, context)
    expect(freeBytes(path)).toBe(before)
  })

  it('gives the space back when the container is gone', async () => {
    const path = await lab.mountDisk(32 * MIB)
    const victim = await lab.startVictim(IDLE)
    const context = lab.context()
    const before = freeBytes(path)
    await fillDisk.apply({ ...action, path }, victim.pod, context)
    victim.child.kill('SIGKILL')
    await until(() => processesOf(victim.container.id).length === 0, 'the end of the victim')
    await fillDisk.undo({ ...action, path }, victim.pod, context)
    expect(freeBytes(path)).toBe(before)
  })
})
