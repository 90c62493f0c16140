import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findContainers, findPod } from '../../../src/daemon/processes/find-containers.ts'

const PAUSE = 'aa'.repeat(32)
const WEB = 'bb'.repeat(32)
const SIDE = 'cc'.repeat(32)
const UID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'

let proc: string
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'proc-'))
  writeFileSync(join(proc, 'uptime'), '1 1')
})
afterEach(() => rmSync(proc, { recursive: true, force: true }))

interface Entry {
  readonly pid: number
  readonly parent: number
  readonly start: number
  readonly path: string
  readonly state?: string
  readonly name?: string
}

function record({ pid, parent, start, path, state = 'S', name = 'node' }: Entry): void {
  const folder = join(proc, String(pid))
  mkdirSync(join(folder, 'ns'), { recursive: true })
  const fields = [state, parent, pid, pid, ...Array.from({ length: 15 }, () => 0), start, 0, 0]
  writeFileSync(join(folder, 'stat'), `${pid} (${name}) ${fields.join(' ')}\n`)
  writeFileSync(join(folder, 'cgroup'), `0::${path}\n`)
  symlinkSync('net:[4026532001]', join(folder, 'ns', 'net'))
}

const slice = `/kubepods.slice/kubepods-pod${UID.replaceAll('-', '_')}.slice`
const at = (id: string) => `${slice}/cri-containerd-${id}.scope`

describe('findContainers', () => {
  it('finds several at once: first process, all processes, start times', () => {
    record({ pid: 1, parent: 0, start: 1, path: '/init.scope' })
    record({ pid: 900, parent: 1, start: 50, path: at(PAUSE), name: 'pause' })
    record({ pid: 910, parent: 1, start: 60, path: at(WEB), name: 'a) S 1 (b' })
    record({ pid: 911, parent: 910, start: 61, path: at(WEB) })
    record({ pid: 905, parent: 1, start: 99, path: at(WEB), name: 'exec-ed later' })
    record({ pid: 920, parent: 1, start: 70, path: at(SIDE) })
    record({ pid: 921, parent: 920, start: 71, path: at(SIDE), state: 'Z' })
    const found = findContainers(proc, [`containerd://${WEB}`, SIDE, 'dd'.repeat(32)])
    expect([...found.keys()]).toEqual([WEB, SIDE])
    expect(found.get(WEB)).toMatchObject({ podUid: UID, main: { pid: 910, startTime: '60' } })
    expect(found.get(WEB)?.processes.map(({ pid }) => pid)).toEqual([905, 910, 911])
    expect(found.get(SIDE)?.processes.map(({ pid }) => pid)).toEqual([920])
  })
})

describe('findPod', () => {
  it('is held by the container that the API does not list', () => {
    record({ pid: 900, parent: 1, start: 50, path: at(PAUSE) })
    record({ pid: 910, parent: 1, start: 40, path: at(WEB) })
    const expected = { sandbox: { pid: 900, startTime: '50' }, netns: 'net:[4026532001]' }
    expect(findPod(proc, { uid: UID, containerIds: [WEB] })).toEqual(expected)
    expect(findPod(proc, { uid: UID.replaceAll('-', '_'), containerIds: [WEB] })).toEqual(expected)
  })

  it('is held by the longest running container where there is no sandbox', () => {
    record({ pid: 910, parent: 1, start: 60, path: at(WEB) })
    record({ pid: 920, parent: 1, start: 70, path: at(SIDE) })
    expect(findPod(proc, { uid: UID, containerIds: [SIDE, WEB] })?.sandbox.pid).toBe(910)
  })

  it('is not held by those that prepare a container, still in the namespaces of the node', () => {
    record({ pid: 890, parent: 1, start: 48, path: at(PAUSE), name: 'runc:[0:PARENT]' })
    record({ pid: 891, parent: 890, start: 49, path: at(PAUSE), name: 'runc:[1:CHILD]' })
    expect(findPod(proc, { uid: UID, containerIds: [] })).toBeUndefined()
    record({ pid: 892, parent: 1, start: 50, path: at(PAUSE), name: 'runc:[2:INIT]' })
    expect(findPod(proc, { uid: UID, containerIds: [] })?.sandbox.pid).toBe(892)
  })

  it('knows a static pod by its containers', () => {
    const hash = '6a2d9b0c1e3f405162738495a6b7c8d9'
    record({ pid: 900, parent: 1, start: 50, path: `/kubepods/pod${hash}/${PAUSE}` })
    record({ pid: 910, parent: 1, start: 60, path: `/kubepods/pod${hash}/${WEB}` })
    expect(findPod(proc, { uid: UID, containerIds: [WEB] })?.sandbox.pid).toBe(900)
  })

  it('finds nothing of a pod that is gone', () => {
    record({ pid: 910, parent: 1, start: 60, path: '/system.slice/ssh.service' })
    expect(findPod(proc, { uid: UID, containerIds: [WEB] })).toBeUndefined()
  })
})
