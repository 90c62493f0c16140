import type { NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import { execIn, mustExecIn, whileThere } from '../namespaces/exec-in.ts'
import { hasV6 } from '../namespaces/netns.ts'
import { type Gate, type Hook, tableName } from './rules/gate.ts'
import {
  CHAINS,
  chainNames,
  dropChainsText,
  ipsetText,
  parseSavedCounters,
  setName,
  type Version,
} from './rules/iptables-text.ts'

type BackEnd = 'nft' | 'legacy'
const VERSIONS: readonly Version[] = [4, 6]

/** The same drop for a kernel without nf_tables: ipset with a timeout, and chains of its own in the mangle table. Idempotent. */
export async function applyByIptables(
  pod: PodOnNode,
  gate: Gate,
  hooks: readonly Hook[],
  ratio: number,
  backEnd: BackEnd,
): Promise<void> {
  for (const version of versionsOf(pod)) {
    await mustExecIn(pod, 'ipset', ['restore'], { input: ipsetText(gate, version) })
    await restore(pod, version, backEnd, dropChainsText(gate, version, hooks, ratio))
    const present = await save(pod, version, backEnd)
    const jumps = hooks.map((hook) => `-I ${hookChain(hook)} -j ${chainNames(gate.id, hook)[0]}`)
    const missing = jumps.filter((jump) => !present.includes(jump.replace('-I', '-A')))
    if (missing.length > 0) await restore(pod, version, backEnd, mangle(missing))
  }
}

/** Other peers from now on; each set is swapped for a new one at once. */
export async function updateByIptables(pod: PodOnNode, gate: Gate): Promise<void> {
  for (const version of versionsOf(pod))
    await mustExecIn(pod, 'ipset', ['restore'], { input: ipsetText(gate, version) })
}

/** Removes jumps, chains and sets of an action; nothing happens where there is none. */
export async function undoByIptables(pod: PodOnNode, { id, abilities }: NodeContext): Promise<void> {
  const backEnd = abilities.iptables
  if (backEnd === undefined || !abilities.ipset) return
  await whileThere(pod, undefined, async () => {
    for (const version of versionsOf(pod)) {
      const lines = linesOf(await save(pod, version, backEnd), id)
      const jumps = lines.filter((line) => /^-A (INPUT|OUTPUT) /.test(line)).map((line) => line.replace('-A', '-D'))
      const chains = lines.flatMap((line) => /^:(SW_\S+)/.exec(line)?.[1] ?? [])
      const removal = [...jumps, ...chains.map((name) => `-F ${name}`), ...chains.map((name) => `-X ${name}`)]
      if (removal.length > 0) await restore(pod, version, backEnd, mangle(removal))
    }
    for (const name of await setsOf(pod, id)) await mustExecIn(pod, 'ipset', ['destroy', name])
  })
}

export async function leftoversByIptables(pod: PodOnNode, { id, abilities }: NodeContext): Promise<readonly string[]> {
  const backEnd = abilities.iptables
  if (backEnd === undefined || !abilities.ipset) return []
  return whileThere(pod, [], async () => {
    const where = `in ${pod.namespace}/${pod.name}`
    const saved = await Promise.all(versionsOf(pod).map((version) => save(pod, version, backEnd)))
    const chains = new Set(
      saved.flatMap((text) => linesOf(text, id).flatMap((line) => /^:(SW_\S+)/.exec(line)?.[1] ?? [])),
    )
    return [
      ...[...chains].map((name) => `iptables chain ${name} ${where}`),
      ...(await setsOf(pod, id)).map((name) => `ipset ${name} ${where}`),
    ]
  })
}

export async function countersByIptables(
  pod: PodOnNode,
  { id, abilities }: NodeContext,
): Promise<Partial<NodeReading>> {
  const backEnd = abilities.iptables
  if (backEnd === undefined) return {}
  return whileThere(pod, {}, async () => {
    const saved = await Promise.all(versionsOf(pod).map((version) => save(pod, version, backEnd)))
    const counters = saved.flatMap((text) => parseSavedCounters(text, id))
    if (counters.length === 0) return {}
    const sum = (wanted: string, column: 1 | 2) =>
      counters.filter(([kind]) => kind === wanted).reduce((total, counter) => total + counter[column], 0)
    return { matched: sum('matched', 1), hit: sum('hit', 1), bytes: sum('matched', 2) }
  })
}

/** A node without IPv6 has no ip6tables either. */
function versionsOf(pod: PodOnNode): readonly Version[] {
  return VERSIONS.filter((version) => version === 4 || hasV6(pod))
}

function linesOf(text: string, id: string): readonly string[] {
  return text.split('\n').filter((line) => line.includes(`SW_${id}_`))
}

async function setsOf(pod: PodOnNode, id: string): Promise<readonly string[]> {
  const names = (await mustExecIn(pod, 'ipset', ['list', '-n'])).split('\n')
  const own = VERSIONS.flatMap((version) => [setName(id, version), `${setName(id, version)}n`])
  return names.filter((name) => name.startsWith(tableName(id)) && own.includes(name))
}

function hookChain(hook: Hook): string {
  return hook === 'input' ? CHAINS.input : CHAINS.output
}

function mangle(lines: readonly string[]): string {
  return `*mangle\n${lines.join('\n')}\nCOMMIT\n`
}

async function restore(pod: PodOnNode, version: Version, backEnd: BackEnd, text: string): Promise<void> {
  await mustExecIn(pod, program(version, backEnd, 'restore'), ['--noflush', '-w', '10'], { input: text })
}

async function save(pod: PodOnNode, version: Version, backEnd: BackEnd): Promise<string> {
  const ending = await execIn(pod, program(version, backEnd, 'save'), ['-c', '-t', 'mangle'])
  // Jumps are compared without their counters.
  return ending.exitCode === 0 ? ending.stdout.replaceAll(/^(\[\d+:\d+\] )(?!.*--comment)/gm, '') : ''
}

function program(version: Version, backEnd: BackEnd, what: 'restore' | 'save'): string {
  return `${version === 4 ? 'iptables' : 'ip6tables'}-${backEnd}-${what}`
}
