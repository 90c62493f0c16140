import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start } from '../../../src/kit/exec.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { createFaults, dropped, echoes, type Faults, match, opens, pings, queued, reaches, shaped } from './faults.ts'
import { createTopology, type Place, type Topology, until } from './topology.ts'

const STAND_IN = fileURLToPath(new URL('./daemon-stand-in.ts', import.meta.url))

let net: Topology
let faults: Faults

beforeAll(async () => {
  net = await createTopology()
  faults = createFaults(net.nodePid)
})
afterAll(async () => {
  await faults?.engine.stop()
  await net?.close()
})

/** Children of a process, and theirs. */
async function descendantsOf(pid: number): Promise<readonly number[]> {
  const children = (await net.pod.run('cat', `/proc/${pid}/task/${pid}/children`))
    .split(' ')
    .map(Number)
    .filter(Boolean)
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()]
}

test('with the daemon and all its helpers killed the kernel ends every fault by itself', async () => {
  const blocked = dropped(match([net.other], 'both'))
  const slow = queued(match([net.peer], 'from'), { latencyMs: 100 })
  const narrow = shaped(match([net.peer], 'both'), 500_000)
  const contexts = [await net.context(6_000), await net.context(6_000), await net.context(6_000)] as const
  const order = {
    pod: net.pod.pod,
    faults: [
      [blocked, contexts[0]],
      [slow, contexts[1]],
      [narrow, contexts[2]],
    ],
  }
  const daemon = start(process.execPath, [STAND_IN, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (daemon.stdout) await once(daemon.stdout, 'data')
  await opens(net.pod, 'kept', net.peer.v4, 5_000)
  expect(await reaches(net.pod, net.other.v4)).toBe(false)
  expect((await pings(net.pod, 'kept', 1, 5_000))[0]).toBeGreaterThan(99)

  const helpers = await descendantsOf(daemon.pid ?? 0)
  expect(helpers.length).toBeGreaterThan(1)
  daemon.kill('SIGKILL')
  await once(daemon, 'exit')
  await until(() => helpers.every((pid) => identityOf(pid) === undefined), 'the helpers end with the daemon')
  await until(
    async () => Number((await pings(net.pod, 'kept', 1, 5_000))[0]) < 100,
    'packets of the queue pass at once',
  )
  expect(await reaches(net.pod, net.other.v4)).toBe(false)

  await until(() => reaches(net.pod, net.other.v4), 'the kernel opens the partition')
  await until(async () => (await mbit(net.peer, net.pod)) > 40, 'the kernel ends the limit')
  const undo = [blocked, slow, narrow].entries()
  for (const [place, action] of undo) {
    const context = contexts[place] ?? contexts[0]
    expect(await faults.by(action).leftovers(action, net.pod.pod, context)).not.toEqual([])
    await faults.undo(action, net.pod, context)
    expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([])
  }
})

test('a time that is up cannot be asked for', async () => {
  const context = await net.context(0)
  await expect(faults.apply(dropped(match([net.peer], 'both')), net.pod, context)).rejects.toThrow(
    'the time of the fault is up',
  )
  expect(await reaches(net.pod, net.peer.v4)).toBe(true)
})

function all(): readonly NodeAction[] {
  return [
    dropped(match([net.peer], 'both'), 0.5),
    queued(match(undefined, 'from'), { latencyMs: 10 }),
    shaped(match([net.peer], 'both'), 1_000_000),
    { do: 'duplicate', match: match([net.peer], 'to'), ratio: 0.1 },
  ]
}

test('what others have put into the pod stays as it is', async () => {
  await net.pod.run(
    'nft',
    'add table inet foreign; add set inet foreign s { type ipv4_addr; }; add chain inet foreign c { type filter hook input priority 0; }; add rule inet foreign c ip saddr @s drop; add table inet sw_other',
  )
  await net.pod.run('iptables-legacy', '-t', 'mangle', '-A', 'OUTPUT', '-d', '198.51.100.1', '-j', 'DROP')
  await net.pod.run('iptables-nft', '-t', 'filter', '-A', 'OUTPUT', '-d', '198.51.100.2', '-j', 'DROP')
  await net.pod.run('ipset', 'create', 'sw_foreign', 'hash:ip')
  const { abilities } = await net.context(1)
  const look = async () =>
    Promise.all([
      net.pod.run('nft', 'list', 'ruleset'),
      net.pod.run('iptables-legacy-save'),
      net.pod.run('ip6tables-legacy-save'),
      net.pod.run('iptables-nft-save'),
      net.pod.run('ipset', 'save'),
      net.pod.run('tc', 'qdisc', 'show'),
      net.pod.run('tc', 'class', 'show', 'dev', 'eth0'),
    ]).then((texts) =>
      texts.map((text) =>
        text
          .replaceAll(/^#.*$/gm, '')
          .replaceAll(/\[\d+:\d+\]/g, '')
          .replaceAll(/packets \d+ bytes \d+/g, ''),
      ),
    )
  await net.pod.run('ip6tables-legacy', '-t', 'mangle', '-L', '-n')
  const before = await look()
  const [cut] = all()
  if (!cut) throw new Error('the first is a drop')
  const old = { abilities: { ...abilities, nft: false, iptables: 'legacy' } } satisfies Partial<NodeContext>
  const applied: (readonly [NodeAction, NodeContext])[] = [[cut, await net.context(60_000, old)]]
  for (const action of all()) applied.push([action, await net.context(60_000)])
  for (const [action, context] of applied) await faults.apply(action, net.pod, context)
  expect(await look()).not.toEqual(before)
  for (const [action, context] of applied) await faults.undo(action, net.pod, context)
  expect(await look()).toEqual(before)
})

test('undone and looked at twice, and where nothing was ever applied', async () => {
  for (const action of all()) {
    const context = await net.context(60_000)
    await faults.undo(action, net.pod, context)
    await faults.apply(action, net.pod, context)
    await faults.apply(action, net.pod, context)
    await faults.undo(action, net.pod, context)
    await faults.undo(action, net.pod, context)
    expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([])
    expect(await faults.counters(action, net.pod, context)).toEqual({})
  }
  expect((await echoes(net.pod, net.peer.v4, 20)).back.length).toBe(20)
})

test('a pod that is gone: undo succeeds, apply throws, and nobody else is hurt', async () => {
  const mine = process.pid
  const startTime = identityOf(mine)?.startTime ?? ''
  const gone: readonly Place[] = [
    { ...net.pod, pod: { ...net.pod.pod, sandbox: { pid: net.pod.pod.sandbox?.pid ?? 0, startTime: '1' } } },
    { ...net.pod, pod: { ...net.pod.pod, sandbox: { pid: mine, startTime } } },
    { ...net.pod, pod: { ...net.pod.pod, sandbox: { pid: 4_194_303, startTime: '1' } } },
  ]
  for (const place of gone)
    for (const action of all()) {
      const context = await net.context(60_000)
      await expect(faults.apply(action, place, context)).rejects.toThrow('is gone')
      await faults.undo(action, place, context)
      expect(await faults.by(action).leftovers(action, place.pod, context)).toEqual([])
    }
  expect(faults.engine.pid() === undefined || (await reaches(net.pod, net.peer.v4))).toBe(true)
})

test('a pod that shares its node’s network is refused, and so is the node itself', async () => {
  const { abilities } = await net.context(1)
  for (const action of all()) {
    const refuse = (pod: Place['pod']) => faults.by(action).refuse(action, pod, abilities)
    expect(refuse(net.pod.pod)).toBeUndefined()
    expect(refuse({ ...net.pod.pod, hostNetwork: true })).toContain("its node's own network")
    await expect(
      faults.apply(action, { ...net.pod, pod: { ...net.pod.pod, hostNetwork: true } }, await net.context(60_000)),
    ).rejects.toThrow("its node's own network")
  }
})

async function mbit(from: Place, to: Place, ms = 1_000): Promise<number> {
  return from.ask<number>({ do: 'receive', host: to.v4, ms })
}
