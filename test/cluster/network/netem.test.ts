import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NodeContext } from '../../../src/model/cluster/mechanism.ts'
import type { Impairment, NodeAction } from '../../../src/model/cluster/node-action.ts'
import { createFaults, type Faults, match, reaches } from './faults.ts'
import { createTopology, type Topology } from './topology.ts'

const PATH = process.env.PATH ?? ''
const folder = mkdtempSync(join(tmpdir(), 'netem-'))
const log = join(folder, 'log')

let net: Topology
let faults: Faults

/** No kernel of the tests has sch_netem: its queue is made as a plain one, and everything else is done by the real programs. */
const TC = `
if [ "$1" = -batch ]; then text=$(cat)
  echo "$text" | sed 's/ netem .*/ pfifo limit 1000/' | PATH='${PATH}' tc -batch - || exit
  echo "$text" | grep -E ' (add|replace|del) ' | sed 's/^/tc /' >> '${log}'; exit 0; fi
`
const NFT = `
if [ "$1" = -f ]; then text=$(cat); echo "$text" | PATH='${PATH}' nft -f - || exit
  echo "nft $(echo "$text" | tr -s ' \\n' ' ')" >> '${log}'; exit 0; fi
`

function recorder(program: string, script: string): void {
  const path = join(folder, program)
  writeFileSync(path, `#!/bin/sh\n${script}PATH='${PATH}' exec ${program} "$@"\n`)
  chmodSync(path, 0o755)
}

beforeAll(async () => {
  net = await createTopology()
  faults = createFaults(net.nodePid)
  recorder('tc', TC)
  recorder('nft', NFT)
  process.env.PATH = `${folder}${delimiter}${PATH}`
})
beforeEach(() => writeFileSync(log, ''))
afterAll(async () => {
  process.env.PATH = PATH
  await net?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What was changed since the last time, and not only tried, a line for each command; of a table only that it was placed, or deleted. */
function said(id: string): readonly string[] {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').filter(Boolean) : []
  writeFileSync(log, '')
  const placed = `table inet sw_${id} {`
  return lines.map((line) =>
    line.startsWith('nft') ? (line.includes(placed) ? 'nft places' : line.replace(/ $/, '')) : line,
  )
}

function emulated(some: Partial<Impairment>, duplicateRatio = 0): NodeAction {
  const nothing = { jitterMs: 0, lossRatio: 0, correlation: 0, corruptRatio: 0, reorderRatio: 0, seed: 1 }
  const impairment: Impairment = { ...nothing, latencyMs: 100, distribution: 'uniform', ...some }
  return { do: 'netem', match: match([net.peer], 'to'), impairment, duplicateRatio }
}

async function contextWithNetem(): Promise<NodeContext> {
  const { abilities } = await net.context(1)
  // To find out what a kernel can do makes queues as well.
  writeFileSync(log, '')
  return net.context(60_000, { abilities: { ...abilities, netem: true } })
}

/** The number of the class as tc has it: `f5ea:2f`. */
function classIn(lines: readonly string[]): string {
  return / classid f5ea:([0-9a-f]+) /.exec(lines.join('\n'))?.[1] ?? 'none'
}

const ofTc = (lines: readonly string[]) => lines.filter((line) => line.startsWith('tc '))

test('the commands of a fault, in their order, and those of its undo', async () => {
  const action = emulated(
    {
      jitterMs: 20,
      distribution: 'pareto',
      lossRatio: 0.015,
      correlation: 0.25,
      corruptRatio: 0.01,
      reorderRatio: 0.5,
    },
    0.02,
  )
  const context = await contextWithNetem()
  expect(faults.by(action).refuse(action, net.pod.pod, context.abilities)).toBeUndefined()
  await faults.apply(action, net.pod, context)
  const applied = said(context.id)
  const minor = classIn(applied)
  const made = [
    `tc class replace dev eth0 parent f5ea: classid f5ea:${minor} htb rate 100gbit burst 1mb cburst 1mb quantum 60000`,
    `tc qdisc replace dev eth0 parent f5ea:${minor} handle ${minor}: netem limit 100000 delay 100000us 20000us distribution pareto loss random 1.5% 25% duplicate 2% corrupt 1% reorder 50%`,
    'nft places',
  ]
  expect(applied).toEqual(['tc qdisc add dev eth0 root handle f5ea: htb default 0', ...made])
  // The rule leads the packets of the peer, and of nobody else, into the class.
  const sent = async () => {
    const shown = await net.pod.run('tc', '-s', 'class', 'show', 'dev', 'eth0')
    return Number(new RegExp(`htb f5ea:${minor} [^]*? (\\d+) pkt`).exec(shown)?.[1])
  }
  expect(await reaches(net.pod, net.other.v4)).toBe(true)
  expect(await sent()).toBe(0)
  expect(await reaches(net.pod, net.peer.v4)).toBe(true)
  expect(await sent()).toBe(1)
  await faults.apply(action, net.pod, context)
  expect(said(context.id)).toEqual(made)
  expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([
    expect.stringContaining(`nft table inet sw_${context.id}`),
    expect.stringContaining(`tc class f5ea:${minor} on eth0`),
  ])
  await faults.undo(action, net.pod, context)
  // Both at the same time.
  expect(said(context.id).toSorted()).toEqual([
    `nft delete table inet sw_${context.id}`,
    `tc class del dev eth0 classid f5ea:${minor}`,
    'tc qdisc del dev eth0 root',
  ])
  await faults.undo(action, net.pod, context)
  expect(said(context.id)).toEqual([])
  expect(await faults.by(action).leftovers(action, net.pod.pod, context)).toEqual([])
})

test('two on one pod share the root, which goes with the last', async () => {
  const [first, second] = [emulated({}), emulated({ latencyMs: 0, lossRatio: 0.1 })]
  const contexts = [await contextWithNetem(), await contextWithNetem()] as const
  await faults.apply(first, net.pod, contexts[0])
  const one = classIn(said(contexts[0].id))
  await faults.apply(second, net.pod, contexts[1])
  const applied = said(contexts[1].id)
  const two = classIn(applied)
  expect(two).not.toBe(one)
  expect(applied[1]).toBe(
    `tc qdisc replace dev eth0 parent f5ea:${two} handle ${two}: netem limit 100000 loss random 10%`,
  )
  await faults.undo(first, net.pod, contexts[0])
  expect(ofTc(said(contexts[0].id))).toEqual([`tc class del dev eth0 classid f5ea:${one}`])
  await faults.undo(second, net.pod, contexts[1])
  expect(ofTc(said(contexts[1].id))).toEqual([
    `tc class del dev eth0 classid f5ea:${two}`,
    'tc qdisc del dev eth0 root',
  ])
})
