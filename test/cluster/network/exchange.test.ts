import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchangeIn, failureIn } from '../../../src/daemon/network/netlink/exchange.ts'
import { askTables, deleteTable, tablesIn } from '../../../src/daemon/network/netlink/nft-messages.ts'
import { askQdiscs, queuesIn } from '../../../src/daemon/network/netlink/tc-messages.ts'
import { createTopology, type Topology } from './topology.ts'

let net: Topology

beforeAll(async () => {
  net = await createTopology()
})
afterAll(() => net?.close())

const tables = async () => tablesIn((await exchangeIn(net.pod.pod, { tables: askTables() })).tables)

/** The program that stands ready for this process. */
function exchanger(): number {
  const found = readdirSync('/proc').filter((name) => {
    try {
      const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
      const isOurs = Number(parent) === process.pid
      return isOurs && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('exchanges netlink messages')
    } catch {
      return false
    }
  })
  expect(found).toHaveLength(1)
  return Number(found[0])
}

test('the kernel of the pod is asked, and no other', async () => {
  await net.pod.run('nft', 'add', 'table', 'inet', 'ours')
  await net.peer.run('nft', 'add', 'table', 'inet', 'theirs')
  expect(await tables()).toEqual(['ours'])
  const { queues } = await exchangeIn(net.pod.pod, { queues: askQdiscs() })
  const listed = (await net.pod.run('tc', 'qdisc', 'show')).split('\n').filter(Boolean)
  expect(queuesIn(queues).map(({ kind }) => kind)).toEqual(listed.map((line) => line.split(' ')[1]))
  const said = await exchangeIn(net.pod.pod, {
    first: deleteTable('ours'),
    again: deleteTable('ours'),
    left: askTables(),
  })
  expect([said.first, said.again].map(failureIn)).toEqual([undefined, 2])
  expect(tablesIn(said.left)).toEqual([])
})

test('many at once get each their own answers', async () => {
  await net.pod.run('nft', 'add', 'table', 'inet', 'here')
  const places = [net.pod, net.peer, net.other]
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, at) => exchangeIn(places[at % 3]?.pod ?? net.pod.pod, { tables: askTables() })),
  )
  expect(all.map(({ tables: each }) => tablesIn(each))).toEqual(all.map((_, at) => [['here'], ['theirs'], []][at % 3]))
})

test('a pod that has another network by now, or none, is not touched', async () => {
  const { pod } = net.pod
  await expect(exchangeIn({ ...pod, netns: net.peer.pod.netns }, { tables: askTables() })).rejects.toThrow('is gone')
  await expect(exchangeIn({ ...pod, hostNetwork: true }, { tables: askTables() })).rejects.toThrow("node's own network")
  await expect(exchangeIn({ ...pod, sandbox: undefined }, { tables: askTables() })).rejects.toThrow(
    'no network namespace',
  )
})

test('a program that was killed is started again', async () => {
  await tables()
  const first = exchanger()
  process.kill(first, 'SIGSTOP')
  const asked = tables()
  process.kill(first, 'SIGKILL')
  await expect(asked).rejects.toThrow('ended with SIGKILL')
  expect(await tables()).toEqual(['here'])
  expect(exchanger()).not.toBe(first)
})
