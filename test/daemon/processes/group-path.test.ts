import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { containerGroup, parseGroups } from '../../../src/daemon/processes/group-path.ts'

const ID = 'ab'.repeat(32)
const OTHER = 'cd'.repeat(32)
const UID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'
const UID_ = UID.replaceAll('-', '_')
const STATIC = '6a2d9b0c1e3f405162738495a6b7c8d9'

/** Paths as the kubelet and the runtimes document them. */
const FORMS: readonly (readonly [string, string, string])[] = [
  ['cgroupfs driver', `/kubepods/burstable/pod${UID}/${ID}`, UID],
  ['cgroupfs driver, guaranteed', `/kubepods/pod${UID}/${ID}`, UID],
  ['a static pod', `/kubepods/burstable/pod${STATIC}/${ID}`, STATIC],
  [
    'systemd driver, containerd',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    UID,
  ],
  ['systemd driver, guaranteed', `/kubepods.slice/kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope`, UID],
  ['CRI-O', `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/crio-${ID}.scope`, UID],
  ['CRI-O with a group below', `/kubepods.slice/kubepods-pod${UID_}.slice/crio-${ID}.scope/container`, UID],
  ['cri-dockerd', `/kubepods.slice/kubepods-pod${UID_}.slice/docker-${ID}.scope`, UID],
  [
    'drivers that do not agree',
    `/system.slice/containerd.service/kubepods-burstable-pod${UID_}.slice:cri-containerd:${ID}`,
    UID,
  ],
  ['kind', `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope`, UID],
  ['a private cgroup namespace', `/../../pod${UID}/${ID}`, UID],
  ['a private namespace, systemd', `/../../kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope`, UID],
  ['systemd in the container', `/kubepods/pod${UID}/${ID}/init.scope`, UID],
  ['a group named after another container', `/kubepods/pod${UID}/${ID}/pod${STATIC}/${OTHER}`, UID],
]

describe('parseGroups', () => {
  it.each(FORMS)('version 2: %s', (_, path, podUid) => {
    expect(parseGroups(`0::${path}\n`)).toEqual({ paths: { '': path }, containerId: ID, podUid })
  })

  it.each(FORMS)('version 1: %s', (_, path, podUid) => {
    const text = `12:pids:${path}\n5:cpu,cpuacct:${path}\n1:name=systemd:${path}\n0::/\n`
    const paths = { pids: path, cpu: path, cpuacct: path, systemd: path, '': '/' }
    expect(parseGroups(text)).toEqual({ paths, containerId: ID, podUid })
  })

  it.each([
    ['/'],
    ['/system.slice/kubelet.service'],
    [`/kubepods.slice/kubepods-pod${UID_}.slice`],
    [`/kubepods.slice/kubepods-pod${UID_}.slice/crio-conmon-${ID}.scope`],
  ])('sees no container in %s', (path) => {
    expect(parseGroups(`0::${path}\n`).containerId).toBeUndefined()
  })

  it('never throws, and finds only what is there', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { containerId } = parseGroups(text)
        expect(containerId === undefined || text.includes(containerId)).toBe(true)
      }),
    )
  })
})

describe('containerGroup', () => {
  it.each(FORMS)('ends at the own group: %s', (_, path) => {
    const group = containerGroup(path, ID)
    expect(group?.includes(ID)).toBe(true)
    expect(path.startsWith(group ?? 'none')).toBe(true)
    expect(group?.split('/').at(-1)).toContain(ID)
  })

  it('is nothing for another container', () => {
    expect(containerGroup(`/kubepods/pod${UID}/${ID}`, OTHER)).toBeUndefined()
  })
})
