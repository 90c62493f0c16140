import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { messageOf } from '../src/kit/errors.ts'
import type { Resource } from '../src/kube/kube-client.ts'
import { NODES } from '../src/kube/resources.ts'
import { SYSTEM_NAMESPACE } from '../src/model/cluster/fault-object.ts'
import type { FaultCase } from '../test/cluster/faults/case.ts'
import { NETWORK_CASES } from '../test/cluster/faults/cases-network.ts'
import { LABELLED_NODE, NODE_CASES, REFUSED_CASES } from '../test/cluster/faults/cases-nodes.ts'
import { POD_CASES, QUIET_CASES } from '../test/cluster/faults/cases-pods.ts'
import { podProcesses } from '../test/cluster/faults/kernel.ts'
import { namespacedKinds } from '../test/cluster/faults/objects.ts'
import { tryIn } from '../test/cluster/faults/run-case.ts'
import { closeSite, openSite, openStage, podsOf } from '../test/cluster/faults/stage.ts'
import { installTimes } from './bench/cluster-install.ts'
import { naiveTimes } from './bench/cluster-naive.ts'
import { spread, type Times, timesOf } from './bench/cluster-times.ts'
import { startTimes } from './bench/machine.ts'

/**
 * Measures the faults on a real cluster (`npm run bench:cluster`, test/cluster/README.md) and prints Markdown: what was
 * asked and what was measured, how long until a fault is on and over, and how a naive injector does the same. Times are
 * those of a client that watches: from the request to create until the event that says so.
 * `--only WORD` measures what has the word in its name; `--times N` repeats so often; `--number N` is the cluster.
 */
const { values: given } = parseArgs({
  // npm passes what comes after `--` as it is.
  options: {
    only: { type: 'string', default: '' },
    times: { type: 'string', default: '20' },
    number: { type: 'string', default: '2' },
  },
})
const OFTEN = Number(given.times)
const SELDOM = Math.min(3, OFTEN)
/** After these Kubernetes takes seconds, more each time, until the next one can be tried. */
const SLOW = [
  'container-kill',
  'evict',
  'job',
  'node-drain',
  'pod-failure',
  'pod-kill',
  'process-kill',
  'rollout-restart',
  'scale',
]
/** Nobody can be told while it is on. */
const UNTOLD = ['node-network-down']
const TARGETS = [
  { type: 'pod-kill', pods: 1, injectedMs: 150 },
  { type: 'network-partition', pods: 4, injectedMs: 280 },
] as const
const RECOVERED_MS = 150
const INSTALLED_MS = 3_000
const RESIDENT_MB = 80
const STARTS = 200
/** The parts tidy up when nothing was asked of them for five seconds. */
const QUIET_MS = 8_000

const isWanted = (name: string) => name.includes(given.only)
const stage = await openStage(Number(given.number))
try {
  print(`Kubernetes of test/cluster, ${OFTEN} times each; load ${load()} at the start.`)
  print(`A program that does nothing takes ${spread(await startTimes(STARTS))} ms here (p50 / p95).\n`)
  await installation()
  await latencies()
  await catalogue()
  await memory()
  print(`\nLoad ${load()} at the end.`)
} finally {
  stage.client.close()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function load(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? ''
}

async function installation(): Promise<void> {
  if (!isWanted('install')) return
  const site = await openSite(stage, 'install', 'static', 2)
  const all = []
  try {
    for (let turn = 0; turn < SELDOM; turn += 1) all.push(await installTimes(stage, site))
  } finally {
    await closeSite(site)
  }
  const row = (what: string, values: readonly number[]) =>
    print(`| ${what} | ${all.length} | ${spread(values)} | ${INSTALLED_MS} |`)
  print('| install, image present | runs | ms (p50 / p95) | target |\n|---|---|---|---|')
  row(
    'until all parts are ready',
    all.map(({ readyMs }) => readyMs),
  )
  row(
    'until the first fault was accepted',
    all.map(({ acceptedMs }) => acceptedMs),
  )
  print('')
}

async function latencies(): Promise<void> {
  const wanted = TARGETS.filter(({ type }) => isWanted(type))
  if (wanted.length === 0) return
  print(
    `| fault | runs | load | create → Injected, ms (p50 / p95) | target p95 | end → Recovered, ms (p50 / p95) | target p95 |`,
  )
  print('|---|---|---|---|---|---|---|')
  for (const { type, pods, injectedMs } of wanted) {
    const one = [...NETWORK_CASES, ...POD_CASES].find((each) => each.type === type)
    if (!one) throw new Error(`no case for ${type}`)
    const times = await alone(one, pods)
    print(
      `| ${type}, ${pods} pods | ${OFTEN} | ${load()} | ${spread(times.injectedMs)} | ${injectedMs} | ${spread(times.recoveredMs)} | ${RECOVERED_MS} |`,
    )
  }
  if (isWanted('network-partition')) {
    const took = await naiveTimes(stage, OFTEN)
    print(
      `| the same partition by a naive script (kubectl and nsenter, pod after pod; no proof, no end) | ${OFTEN} | ${load()} | ${spread(took)} | | | |`,
    )
  }
  print('')
}

async function alone(one: FaultCase, pods: number): Promise<Times> {
  const site = await openSite(stage, one.type, one.kind, pods)
  try {
    return await timesOf(site, one, OFTEN)
  } finally {
    await closeSite(site)
  }
}

/** What every type does, as its users and its own proof see it. */
async function catalogue(): Promise<void> {
  const kinds = await namespacedKinds(stage.client)
  print(
    '| type | mechanism | asked | measured before → under → after | evidence | runs | create → Injected, ms (p50 / p95) | end → Recovered, ms (p50 / p95) | residue |',
  )
  print('|---|---|---|---|---|---|---|---|---|')
  for (const one of [...NETWORK_CASES, ...POD_CASES, ...QUIET_CASES]) await row(kinds, one)
  const node = stage.shape.nodes[LABELLED_NODE].name
  const label = (value: string | null) => {
    const labels = { 'seaworthy.dev/allow': value, 'seaworthy.dev/allow-open': value }
    return stage.client.patch(NODES, node, undefined, { metadata: { labels } }, { type: 'merge' })
  }
  await label('true')
  try {
    for (const one of NODE_CASES) await row(kinds, one)
  } finally {
    await label(null)
  }
  for (const { type, exercised } of REFUSED_CASES)
    if (isWanted(type)) print(`| ${type} | refused here | | | exercised ${exercised} | 0 | | | |`)
}

async function row(kinds: readonly Resource[], one: FaultCase): Promise<void> {
  const name = one.name ?? one.type
  if (!isWanted(name)) return
  const site = await openSite(stage, one.type, one.kind, one.replicas)
  try {
    const { mechanism, measured, effect, residue } = await tryIn(site, kinds, one)
    const seen = `${measured.before} → ${measured.under} → ${one.instantaneous ? '' : measured.after}`
    const proof = `${effect.effective ? 'proven' : 'not proven'}: ${effect.seen.replaceAll('|', '/')}`
    const count = SLOW.includes(one.type) ? SELDOM : OFTEN
    const times = UNTOLD.includes(one.type) ? undefined : await timesOf(site, one, count)
    const spoken = times
      ? `${count} | ${spread(times.injectedMs)} | ${spread(times.recoveredMs)}`
      : '1 | nobody can be told |'
    const left = [residue.length, ...residue.map((line) => line.replaceAll(/\s+/g, ' ').slice(0, 200))].join('; ')
    print(`| ${name} | ${mechanism} | ${one.asked} | ${seen} | ${proof} | ${spoken} | ${left} |`)
  } catch (error) {
    print(`| ${name} | | ${one.asked} | FAILED: ${messageOf(error).slice(0, 300)} | | | | | |`)
  } finally {
    await closeSite(site)
  }
}

/** Resident memory of the parts as the kernel counts it, when nothing was to be done for a while. */
async function memory(): Promise<void> {
  if (!isWanted('memory')) return
  await sleep(QUIET_MS)
  print(`\n| part | resident, MB | most ever, MB | target |\n|---|---|---|---|`)
  for (const pod of await podsOf(stage.client, SYSTEM_NAMESPACE)) {
    const parts = podProcesses(stage.shape, pod).filter((pid) =>
      /cli\.cjs.(daemon|controller)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
    )
    const megabytes = (key: string) =>
      parts
        .map((pid) =>
          Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
        )
        .reduce((sum, kib) => sum + (kib * 1_024) / 1e6, 0)
    print(
      `| ${pod.metadata.name} | ${Math.round(megabytes('VmRSS'))} | ${Math.round(megabytes('VmHWM'))} | ${RESIDENT_MB} |`,
    )
  }
}
