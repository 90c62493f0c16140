import { once } from 'node:events'
import { expect, test } from 'vitest'
import { whileThere } from '../../../src/daemon/namespaces/exec-in.ts'
import { enterNetns, isNetnsThere, netnsOf, refuseNetns } from '../../../src/daemon/namespaces/netns.ts'
import { start } from '../../../src/kit/exec.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { PodOnNode } from '../../../src/model/cluster/mechanism.ts'

function podOf(pid: number, change: Partial<PodOnNode> = {}): PodOnNode {
  const startTime = identityOf(pid)?.startTime ?? ''
  const pod = { namespace: 'ns', name: 'web', uid: 'u', ips: [], hostNetwork: false, containers: [] }
  return { ...pod, sandbox: { pid, startTime }, netns: netnsOf(pid), ...change }
}

test('a namespace is there while the very process is in it', async () => {
  const child = start('sleep', ['600'], { stdio: 'ignore' })
  const pid = child.pid ?? 0
  const pod = podOf(pid)
  expect(pod.netns).toBe(netnsOf(process.pid))
  expect(isNetnsThere(pod)).toBe(true)
  expect(isNetnsThere({ ...pod, netns: '4:1' })).toBe(false)
  expect(isNetnsThere({ ...pod, sandbox: { pid, startTime: '1' } })).toBe(false)
  expect(isNetnsThere({ ...pod, sandbox: undefined })).toBe(false)
  expect(await whileThere(pod, 'gone', async () => 'there')).toBe('there')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isNetnsThere(pod)).toBe(false)
  expect(netnsOf(pid)).toBeUndefined()
  expect(await whileThere(pod, 'gone', async () => 'there')).toBe('gone')
})

test('what fails because the pod went meanwhile is no failure, and anything else is', async () => {
  const child = start('sleep', ['600'], { stdio: 'ignore' })
  const pod = podOf(child.pid ?? 0)
  await expect(whileThere(pod, 'gone', () => Promise.reject(new Error('another')))).rejects.toThrow('another')
  const went = whileThere(pod, 'gone', async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    throw new Error('no such process')
  })
  expect(await went).toBe('gone')
})

test("the node's own network is never entered", () => {
  const own = podOf(process.pid, { netns: netnsOf(1) ?? netnsOf(process.pid) })
  expect(refuseNetns({ ...own, hostNetwork: true })).toContain("its node's own network")
  expect(refuseNetns({ ...own, sandbox: undefined })).toContain('no network namespace')
  expect(() => enterNetns({ ...own, hostNetwork: true })).toThrow("its node's own network")
  expect(() => enterNetns({ ...own, netns: '4:1' })).toThrow('is gone')
})
