import { SeaworthyError } from '../../kit/errors.ts'
import type { NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import { execIn, failureOf, mustExecIn, whileThere } from '../namespaces/exec-in.ts'
import { readyExchanger } from './netlink/exchanger.ts'
import { tableName } from './rules/gate.ts'
import { createText, deleteText, FAMILIES, type Family } from './rules/nft-text.ts'
import { whileUnhooking } from './unhook.ts'

export interface Count {
  readonly packets: number
  readonly bytes: number
}

/** Carries out a file of nft commands, all of it or nothing. Throws SeaworthyError('ENGINE') with nft's own words. */
export async function runNft(pod: PodOnNode, text: string): Promise<void> {
  await mustExecIn(pod, 'nft', ['-f', '-'], { input: text })
}

/** As runNft, and says whether the kernel took it. */
export async function tryNft(pod: PodOnNode, text: string): Promise<string | undefined> {
  const ending = await execIn(pod, 'nft', ['-f', '-'], { input: text })
  return ending.exitCode === 0 ? undefined : failureOf(ending)
}

/**
 * Puts a table there, in place of one of the same action and family; returns nft's words where the kernel does not take it.
 * First as a new one, which fails where one is there: to replace that takes its chains out. A table of the same action has
 * the same chains, so that the attempt hooks none that it would have to take out again.
 */
export async function tryPlaceTable(
  pod: PodOnNode,
  id: string,
  text: string,
  family: Family = 'inet',
): Promise<string | undefined> {
  const refusal = await tryNft(pod, createText(id, family) + text)
  if (refusal === undefined || !(await tablesOf(pod, id)).includes(family)) return refusal
  return whileUnhooking(pod.netns, () => tryNft(pod, deleteText(id, family) + text))
}

/** As tryPlaceTable. Throws SeaworthyError('ENGINE') with nft's own words. */
export async function placeTable(pod: PodOnNode, id: string, text: string, family: Family = 'inet'): Promise<void> {
  const refusal = await tryPlaceTable(pod, id, text, family)
  if (refusal !== undefined)
    throw new SeaworthyError('ENGINE', `nft ${refusal}`, { target: `${pod.namespace}/${pod.name}` })
  // It will be needed for the end.
  readyExchanger()
}

/**
 * Deletes the tables of an action, of every family; nothing happens where there is none, or no pod. Where it only has tables of
 * one of the `families`, that is deleted without a list of what is there.
 */
export async function removeTables(
  pod: PodOnNode,
  { id, abilities }: NodeContext,
  families: readonly Family[] = ['inet'],
): Promise<void> {
  if (!abilities.nft) return
  await whileThere(pod, undefined, async () => {
    const [only, ...others] = families
    if (only && others.length === 0 && (await tryRemove(pod, id, only))) return
    const there = await tablesOf(pod, id)
    if (there.length === 0) return
    const removal = there.map((family) => deleteText(id, family)).join('')
    await whileUnhooking(pod.netns, () => runNft(pod, removal))
  })
}

async function tryRemove(pod: PodOnNode, id: string, family: Family): Promise<boolean> {
  const removal = `delete table ${family} ${tableName(id)}\n`
  return (await whileUnhooking(pod.netns, () => tryNft(pod, removal))) === undefined
}

/** Names of the tables of an action that are there. */
export async function tablesLeft(pod: PodOnNode, { id, abilities }: NodeContext): Promise<readonly string[]> {
  if (!abilities.nft) return []
  return whileThere(pod, [], async () => tablesIn(await mustExecIn(pod, 'nft', ['list', 'tables']), pod, id))
}

/** Reads `nft list tables`: names of those of an action. */
function tablesIn(listing: string, pod: PodOnNode, id: string): readonly string[] {
  return familiesIn(listing, id).map((family) => `nft table ${family} ${tableName(id)} in ${pod.namespace}/${pod.name}`)
}

async function tablesOf(pod: PodOnNode, id: string): Promise<readonly Family[]> {
  return familiesIn(await mustExecIn(pod, 'nft', ['list', 'tables']), id)
}

function familiesIn(listing: string, id: string): readonly Family[] {
  const lines = listing.split('\n').map((line) => line.trim())
  return FAMILIES.filter((family) => lines.includes(`table ${family} ${tableName(id)}`))
}

/** The named counters of an action's tables, added up over families, by one program; undefined when there is no table. */
export async function readCounters(pod: PodOnNode, id: string): Promise<ReadonlyMap<string, Count> | undefined> {
  return whileThere(pod, undefined, async () => countersIn(await mustExecIn(pod, 'nft', ['list', 'counters']), id))
}

/** As readCounters, of a listing. */
function countersIn(listing: string, id: string): ReadonlyMap<string, Count> | undefined {
  const ours = byTable(listing).filter(({ name }) => name === tableName(id))
  if (ours.length === 0) return undefined
  const totals = new Map<string, Count>()
  for (const [name, { packets, bytes }] of ours.flatMap(({ text }) => parseCounters(text))) {
    const before = totals.get(name) ?? { packets: 0, bytes: 0 }
    totals.set(name, { packets: before.packets + packets, bytes: before.bytes + bytes })
  }
  return totals
}

/** A listing of several tables, by table. */
function byTable(listing: string): readonly { readonly name: string; readonly text: string }[] {
  return listing.split(/^(?=table )/m).flatMap((text) => {
    const name = /^table \w+ (\S+) \{/.exec(text)?.[1]
    return name === undefined ? [] : [{ name, text }]
  })
}

/** Reads `nft list counters`. Throws SeaworthyError('ENGINE') where a counter has no numbers: no number is not zero. */
export function parseCounters(text: string): readonly (readonly [name: string, count: Count])[] {
  const counters = [...text.matchAll(/counter (\w+) \{([^}]*)\}/g)]
  return counters.map(([, name = '', body = '']) => {
    const found = /packets (\d+) bytes (\d+)/.exec(body)
    if (!found) throw new SeaworthyError('ENGINE', `nft told no numbers for counter ${name}`)
    return [name, { packets: Number(found[1]), bytes: Number(found[2]) }]
  })
}

/** Counters as a reading: over all hooks, without the daemon's own probes and the node's packets. */
export function readingOf(counters: ReadonlyMap<string, Count> | undefined): Partial<NodeReading> {
  if (!counters) return {}
  const matched = totalOf(counters, 'matched')
  return { matched: matched.packets, hit: totalOf(counters, 'hit').packets, bytes: matched.bytes }
}

function totalOf(counters: ReadonlyMap<string, Count>, kind: string): Count {
  return [...counters]
    .filter(([name]) => name.startsWith(`${kind}_`))
    .reduce((sum, [, count]) => ({ packets: sum.packets + count.packets, bytes: sum.bytes + count.bytes }), {
      packets: 0,
      bytes: 0,
    })
}
