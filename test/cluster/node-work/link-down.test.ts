import { afterEach, beforeEach, expect, it } from 'vitest'
import { runOnHostOf } from '../../../src/daemon/node/host.ts'
import { hostDoor } from '../../../src/daemon/node/host-door.ts'
import { nodeLinkDown } from '../../../src/daemon/node/link-down.ts'
import { nodeProber } from '../../../src/daemon/node/node-prober.ts'
import { startWatchdog } from '../../../src/daemon/watchdog/watchdog.ts'
import { start } from '../../../src/kit/exec.ts'
import type { PodOnNode } from '../../../src/model/cluster/mechanism.ts'
import { createLab, type Lab, must, until, watchdogGroups } from './lab.ts'

const NODE: PodOnNode = {
  namespace: '',
  name: 'scratch',
  uid: 'u',
  ips: [],
  hostNetwork: true,
  containers: [],
  sandbox: undefined,
  netns: undefined,
}

let lab: Lab
let stop: () => void
/** Of a process in namespaces of its own, that stand in for a host's: this machine's own link is never touched. */
let pid: string

beforeEach(async () => {
  lab = createLab()
  const words = ['--net', '--mount', '--uts', '--ipc', 'sh', '-c', 'echo on; exec sleep 1000']
  const child = start('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  stop = () => child.kill('SIGKILL')
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  pid = String(child.pid)
  const setUp = `ip link add eth7 type veth peer name far; ip link set far up; ip link set eth7 up
    ip address add 10.77.0.1/24 dev eth7; ip -6 address add fd77::1/64 dev eth7 nodad
    ip route add default via 10.77.0.254; ip -6 route add default via fd77::fe dev eth7`
  await must('nsenter', '-t', pid, '-n', 'sh', '-c', setUp)
})
afterEach(async () => {
  stop()
  await lab.close()
})

const action = { do: 'node-link-down', device: undefined } as const

function scratchHost() {
  const run = runOnHostOf(pid)
  const door = {
    ...hostDoor,
    run,
    startWatchdog: async (...[context, watchdog]: Parameters<typeof startWatchdog>) =>
      startWatchdog(context, watchdog, pid),
  }
  const routes = async () => {
    const shown = await Promise.all(
      ['-4', '-6'].map((family) => must('nsenter', '-t', pid, '-n', 'ip', family, 'route')),
    )
    return shown
      .join('')
      .split('\n')
      .filter((line) => /default/.test(line))
      .map((line) => line.trim().split(' ').slice(0, 5).join(' '))
  }
  return { mechanism: nodeLinkDown(door), prober: nodeProber(door), routes }
}

const BOTH = ['default via 10.77.0.254 dev eth7', 'default via fd77::fe dev eth7']

it('takes the link of the default route down, and brings it back with its routes', async () => {
  const { mechanism, prober, routes } = scratchHost()
  const context = lab.context()
  const probe = { probe: 'node', unit: undefined, device: 'eth7' } as const
  expect(await routes()).toEqual(BOTH)
  await mechanism.apply(action, NODE, context)
  await mechanism.apply(action, NODE, context)
  expect(await routes()).toEqual([])
  expect(await prober.read(probe, NODE, context, [])).toEqual({ fact: 'link eth7 down', ready: false })
  await mechanism.undo(action, NODE, lab.context({ id: context.id }))
  await mechanism.undo(action, NODE, context)
  expect(await routes()).toEqual(BOTH)
  expect(await prober.read(probe, NODE, context, [])).toEqual({ fact: 'link eth7 up', ready: true })
  expect(await mechanism.leftovers(action, NODE, context)).toEqual([])
  expect(watchdogGroups(context.id)).toEqual([])
})

it('comes back by its watchdog alone', async () => {
  const { mechanism, routes } = scratchHost()
  const context = lab.context({ remainingMs: 300 })
  await mechanism.apply(action, NODE, context)
  await until(async () => (await routes()).join() === BOTH.join(), 'the link and its routes')
  await mechanism.undo(action, NODE, context)
  expect(await mechanism.leftovers(action, NODE, context)).toEqual([])
})
