import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FAULTS, NODE_FAULTS, NODES } from '../../../src/kube/resources.ts'
import { setting, until } from './setting.ts'

describe('a daemon that is killed', () => {
  test('leaves a fault on, which the next one goes on with until it is asked to end', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('cut', ['web'])
    const before = await world.phase(name, 'Injected')
    kill()
    expect(world.kernel.hurt).toEqual(['web'])
    await world.daemon()
    await until('it is read again', () => world.record(name)?.under)
    expect(world.kernel.log).toEqual(['apply drop web'])
    expect(world.record(name)?.phase).toBe('Injected')
    expect(Math.abs(Date.parse(world.record(name)?.expiresAt ?? '') - Date.parse(before.expiresAt ?? ''))).toBeLessThan(
      5_000,
    )
    await world.end(name)
    await world.phase(name, 'Recovered')
    expect(world.kernel.on.size).toBe(0)
  })

  test('takes its helpers along, which the next one starts again', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    kill()
    await world.daemon()
    await until('it is on again', () => world.kernel.log.filter((line) => line.startsWith('apply')).length === 2)
    await world.end(name)
    await world.phase(name, 'Recovered')
  })

  test('is followed by one that undoes what has no object any more', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    kill()
    await world.kube.remove(FAULTS, name, 'shop')
    await world.daemon()
    await until('it is undone', () => world.kernel.on.size === 0)
    await until('the journal is empty', async () => (await world.journal()).length === 0)
  })

  test('is followed by one that undoes what is overdue, before it has heard of any server', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('burn', ['web'], { durationMs: 60_000 })
    await world.phase(name, 'Injected')
    kill()
    world.uptimeMs = () => performance.now() + 61_000
    const { KubeError } = await import('../../../src/kube/kube-error.ts')
    let isDown = true
    world.kube.fail = () => (isDown ? new KubeError(403, '', 'not yet') : undefined)
    const starting = world.daemon()
    await until('it is undone', () => world.kernel.on.size === 0)
    isDown = false
    await starting
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'deadline' })
  })

  test('is followed by one that undoes at the deadline that there was', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('hold', ['web'], { durationMs: 60_000 })
    await world.phase(name, 'Injected')
    kill()
    world.uptimeMs = () => performance.now() + 59_700
    await world.daemon()
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'deadline' })
    expect(world.kernel.on.size).toBe(0)
  })

  test('and a node that was started again since: what was on is undone', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    kill()
    world.bootId = 'boot-2'
    await world.daemon()
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endReason: 'cleanup' })
  })
})

describe('a fault that takes the node down', () => {
  test('has the look before it on the disk, since nobody else will know', async () => {
    const world = await setting()
    const labels = { 'seaworthy.dev/allow': 'true' }
    world.kube.place(NODES, { metadata: { name: 'node-1', uid: 'uid-node-1', labels } })
    let written: unknown
    world.kernel.failApply = () => {
      const folder = join(world.stateFolder, 'journal')
      const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'))
      written = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      return undefined
    }
    await world.daemon()
    await world.phase(await world.nodeFault('power'), 'Injected')
    expect(JSON.stringify(written)).toMatch(/"before":\{/)
  })

  test('is not ended by the end of its daemon, and is looked at by the one after the boot', async () => {
    const world = await setting()
    const labels = { 'seaworthy.dev/allow': 'true' }
    world.kube.place(NODES, { metadata: { name: 'node-1', uid: 'uid-node-1', labels } })
    const running = await world.daemon()
    const name = await world.nodeFault('power')
    await world.phase(name, 'Injected')
    await running.daemon.stop(10_000)
    world.forget(running)
    expect(world.record(name)?.phase).toBe('Injected')
    expect(world.kernel.log).toEqual(['apply node-power node-1'])
    const stoppedAtMs = Date.now()
    world.bootId = 'boot-2'
    // The boot clock begins anew: by it the deadline would be far away, or long past.
    world.uptimeMs = () => 1_000_000_000
    await world.daemon()
    await until('it is looked at again', () => (world.record(name)?.under?.at ?? 0) > stoppedAtMs)
    expect(world.record(name)?.phase).toBe('Injected')
    await world.kube.patch(NODE_FAULTS, name, undefined, { spec: { end: { by: 'request' } } }, { type: 'merge' })
    expect(await world.phase(name, 'Recovered')).toMatchObject({ endedBy: 'nothing-to-end', endReason: 'request' })
    expect(world.kernel.log.filter((line) => line.startsWith('apply'))).toHaveLength(1)
  })
})

describe('a daemon that is stopped', () => {
  test('undoes everything, tells it, and the next one does not do it again', async () => {
    const world = await setting()
    const running = await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    await running.daemon.stop(10_000)
    world.forget(running)
    expect(world.kernel.on.size).toBe(0)
    expect(world.record(name)).toMatchObject({ phase: 'Recovered', endReason: 'cleanup' })
    await world.daemon()
    // Another fault shows that the new daemon has looked at all.
    await world.phase(await world.fault('cut', ['web']), 'Injected')
    expect(world.kernel.log.filter((line) => line === 'apply stress-cpu web')).toHaveLength(1)
  })

  test('leaves what is only prepared to the next one', async () => {
    const world = await setting()
    const running = await world.daemon()
    const name = await world.fault('burn', ['web'], { active: false })
    await world.phase(name, 'Prepared')
    await running.daemon.stop(10_000)
    world.forget(running)
    await world.daemon()
    await world.patch(name, { active: true })
    await world.phase(name, 'Injected')
  })
})

describe('a fault that is over', () => {
  test('stays over for daemons that come later', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('burn', ['web'], { durationMs: 100 })
    await world.phase(name, 'Recovered')
    await until('that is on the disk', async () => {
      const [file = ''] = await world.journal()
      return (await readFile(join(world.stateFolder, 'journal', file), 'utf8')).includes('"state":"over"')
    })
    kill()
    await world.daemon()
    await world.phase(await world.fault('cut', ['web']), 'Injected')
    expect(world.kernel.log.filter((line) => line === 'apply stress-cpu web')).toHaveLength(1)
  })
})

describe('a journal that cannot be read', () => {
  test('is put aside and named, and nothing is done on top of it', async () => {
    const world = await setting()
    const { kill } = await world.daemon()
    const name = await world.fault('burn', ['web'])
    await world.phase(name, 'Injected')
    kill()
    const [file = ''] = await world.journal()
    const path = join(world.stateFolder, 'journal', file)
    await writeFile(path, (await readFile(path, 'utf8')).replace('stress-cpu', 'stress-cpX'))
    const { daemon } = await world.daemon()
    const record = await world.phase(name, 'Failed')
    expect(record.leftovers?.[0]).toContain('cannot be read')
    expect(world.kernel.log).toEqual(['apply stress-cpu web'])
    expect(await readdir(join(world.stateFolder, 'journal', 'unreadable'))).toEqual([file])
    expect(world.log.join()).toContain('left behind')
    const metrics = await (await fetch(`http://127.0.0.1:${daemon.metricsPort}/metrics`)).text()
    expect(metrics).toContain('seaworthy_daemon_journal_unreadable 1')
  })
})
