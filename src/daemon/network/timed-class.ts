import { SeaworthyError } from '../../kit/errors.ts'
import { execNow } from '../../kit/exec.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { mustExecIn, whileThere } from '../namespaces/exec-in.ts'
import { enterNetns } from '../namespaces/netns.ts'
import { deviceNames, devicesOf } from './devices.ts'
import { inTurn } from './in-turn.ts'
import { KnownClasses } from './known-classes.ts'
import type { Verdict } from './rules/nft-text.ts'
import { runTc, tryTc } from './tc.ts'

/** Handle of our own root qdisc, which all faults of a pod share; each has a class of its own beneath. */
const ROOT = 'f5ea:'
/** The same as a number, `MAJOR << 16 | MINOR`. */
export const OWN_ROOT = 0xf5ea_0000
/** Numbers of classes and of the qdiscs beneath them have 16 bits, and must differ from 0, ffff and the root's own. */
const MINORS = 0xf000

const known = new KnownClasses()

/** What a class does to the packets that rules send to it, in tc's words. */
export interface ClassWords {
  readonly htb: readonly string[]
  readonly child: readonly string[]
}

/** 100 Gbit/s are out of reach of what passes a pod's device. */
export const UNLIMITED: Pick<ClassWords, 'htb'> = {
  htb: ['rate', '100gbit', 'burst', '1mb', 'cburst', '1mb', 'quantum', '60000'],
}

/** Packets get the number of the class as their priority. */
export function toClass(id: string): Verdict {
  const statement = `meta priority set ${classNameOf(id)}`
  return { hook: 'postrouting', condition: '', statement, aside: statement }
}

/** `f5ea:2f`: what nft's `meta priority set` takes. */
function classNameOf(id: string): string {
  return `${ROOT}${minorOf(id)}`
}

/** As classNameOf, as a number. */
export function classNumberOf(id: string): number {
  return OWN_ROOT + Number.parseInt(minorOf(id), 16)
}

/**
 * An htb class on every device of the pod. Packets reach it only by a rule that gives them its number, and all others pass
 * unlimited, so that a timed rule ends it. Idempotent. Throws SeaworthyError('ENGINE') where somebody else's qdisc is at the root.
 */
export async function addClass(pod: PodOnNode, id: string, words: ClassWords): Promise<void> {
  const refusal = await tryAddClass(pod, id, words)
  if (refusal !== undefined) throw new SeaworthyError('ENGINE', refusal)
}

/**
 * As addClass; returns why not where somebody else's qdisc is at the root, which is left alone. First as if there were nobody's
 * yet, which the kernel refuses where there is: to look before takes as long as the work itself.
 */
export async function tryAddClass(pod: PodOnNode, id: string, words: ClassWords): Promise<string | undefined> {
  return whileClassesChange(pod, async () => {
    const all = deviceNames(pod)
    const fresh = all.flatMap((device) => [addRoot(device), ...classLines(device, id, words)])
    const names = known.take(pod.netns)
    if (all.length > 0 && (await tryTc(pod, fresh)).refusal === undefined) {
      known.keep(pod.netns, new Set([classNameOf(id)]))
      return undefined
    }
    const [devices, roots] = await Promise.all([devicesOf(pod), rootsOf(pod)])
    const foreign = devices.find((device) => roots.get(device) === 'foreign')
    if (foreign !== undefined) {
      // Of several devices the first may have taken it.
      await removeNow(pod, id)
      return foreignRoot(foreign)
    }
    const lines = devices.flatMap((device) => [
      ...(roots.get(device) === 'ours' ? [] : [addRoot(device)]),
      ...classLines(device, id, words),
    ])
    await runTc(pod, lines)
    known.keep(pod.netns, names?.union(new Set([classNameOf(id)])))
    return undefined
  })
}

/** Removes the class everywhere, and our root with the last one, which brings the kernel's default back. Idempotent. */
export async function removeClass(pod: PodOnNode, id: string): Promise<void> {
  await whileThere(pod, undefined, () => whileClassesChange(pod, () => removeNow(pod, id)))
}

async function removeNow(pod: PodOnNode, id: string): Promise<void> {
  const names = known.take(pod.netns)
  const lines = [...(await ourQueues(pod))].flatMap(([device, classes]) => [
    ...(classes.includes(classNameOf(id)) ? [['class', 'del', 'dev', device, 'classid', classNameOf(id)]] : []),
    ...(classes.every((name) => name === classNameOf(id)) ? [['qdisc', 'del', 'dev', device, 'root']] : []),
  ])
  if (lines.length > 0) await runTc(pod, lines)
  known.keep(pod.netns, names?.difference(new Set([classNameOf(id)])))
}

/** A class that this process has put there. */
interface ClassEnding {
  /** With the last class goes our root. */
  readonly isLast: boolean
  /** To be told when it was taken away. */
  readonly done: () => void
}

/** Undefined where it has to be looked for, or is not there. Only for `inTurn`, as `whileClassesChange` has it. */
export function endingOfClass(pod: PodOnNode, id: string): ClassEnding | undefined {
  const names = known.take(pod.netns)
  const own = classNameOf(id)
  if (!names?.has(own)) {
    known.keep(pod.netns, names)
    return undefined
  }
  const left = names.difference(new Set([own]))
  return { isLast: left.size === 0, done: () => known.keep(pod.netns, left) }
}

/** One change of a pod's classes after the other. */
export function whileClassesChange<T>(pod: PodOnNode, work: () => Promise<T>): Promise<T> {
  return inTurn(`tc ${pod.netns}`, work)
}

function addRoot(device: string): readonly string[] {
  return ['qdisc', 'add', 'dev', device, 'root', 'handle', ROOT, 'htb', 'default', '0']
}

function classLines(device: string, id: string, { htb, child }: ClassWords): readonly (readonly string[])[] {
  const own = classNameOf(id)
  return [
    ['class', 'replace', 'dev', device, 'parent', ROOT, 'classid', own, 'htb', ...htb],
    ['qdisc', 'replace', 'dev', device, 'parent', own, 'handle', `${minorOf(id)}:`, ...child],
  ]
}

/** Times that the class met its limit, and packets that it dropped; undefined where it is not there. */
export async function classLimited(pod: PodOnNode, id: string): Promise<number | undefined> {
  return whileThere(pod, undefined, async () => {
    let limited: number | undefined
    for (const [device, root] of await rootsOf(pod)) {
      if (root !== 'ours') continue
      const text = await mustExecIn(pod, 'tc', ['-s', 'class', 'show', 'dev', device])
      const found = limitedIn(text, classNameOf(id))
      if (found !== undefined) limited = (limited ?? 0) + found
    }
    return limited
  })
}

/** Reads `tc -s class show`: what was dropped and held back of one class. */
export function limitedIn(text: string, name: string): number | undefined {
  const own = text.split(/^(?=class )/m).find((part) => part.startsWith(`class htb ${name} `))
  const found = /\(dropped (\d+), overlimits (\d+) /.exec(own ?? '')
  return found ? Number(found[1]) + Number(found[2]) : undefined
}

/** Names of what is there of it, and of a root of ours without any class. In turn: one that was just put there has none yet. */
export async function classesLeft(pod: PodOnNode, id: string): Promise<readonly string[]> {
  return whileThere(pod, [], () => whileClassesChange(pod, async () => leftOf(await ourQueues(pod), pod, id)))
}

function leftOf(queues: ReadonlyMap<string, readonly string[]>, pod: PodOnNode, id: string): readonly string[] {
  return [...queues].flatMap(([device, classes]) => [
    ...(classes.includes(classNameOf(id)) ? [`tc class ${classNameOf(id)} on ${device} in ${spoken(pod)}`] : []),
    ...(classes.length === 0 ? [`tc qdisc ${ROOT} on ${device} in ${spoken(pod)}`] : []),
  ])
}

/** Why no class can be put on this pod's devices; undefined when it can. Only looks. Blocks for a few milliseconds. */
export function refuseRoot(pod: PodOnNode): string | undefined {
  try {
    const [enter = '', ...words] = enterNetns(pod)
    const text = execNow(enter, [...words, 'tc', 'qdisc', 'show'])
    if (text === undefined) return 'the queues of the pod cannot be listed'
    const foreign = [...rootsIn(text)].find(([, root]) => root === 'foreign')
    return foreign && foreignRoot(foreign[0])
  } catch (error) {
    return error instanceof SeaworthyError ? error.message : 'the queues of the pod cannot be read'
  }
}

function foreignRoot(device: string): string {
  return `device ${device} of the pod has a queueing discipline of somebody else's, which would have to be removed`
}

type Root = 'default' | 'ours' | 'foreign'

/** Devices with our root, and the classes of each. By one program for a pod with one device, which nearly all are. */
async function ourQueues(pod: PodOnNode): Promise<ReadonlyMap<string, readonly string[]>> {
  const devices = deviceNames(pod)
  if (devices.length !== 1) return queuesOneByOne(pod)
  return queuesIn(await runTc(pod, [['qdisc', 'show'], ...devices.map(classesOf)]))
}

function queuesIn(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map([...rootsIn(text)].flatMap(([device, root]) => (root === 'ours' ? [[device, classesIn(text)]] : [])))
}

async function queuesOneByOne(pod: PodOnNode): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for (const [device, root] of await rootsOf(pod))
    if (root === 'ours') found.set(device, classesIn(await runTc(pod, [classesOf(device)])))
  return found
}

async function rootsOf(pod: PodOnNode): Promise<ReadonlyMap<string, Root>> {
  return rootsIn(await runTc(pod, [['qdisc', 'show']]))
}

/** Reads `tc qdisc show`: what is at the root of each device but loopback. The kernel gives its defaults the handle 0:. */
export function rootsIn(text: string): ReadonlyMap<string, Root> {
  const roots = new Map<string, Root>()
  for (const [, kind, handle, device = '', place] of text.matchAll(/^qdisc (\S+) (\S+) dev (\S+) (\S+)/gm)) {
    if (device === 'lo') continue
    if (place !== 'root' || handle === '0:') roots.set(device, roots.get(device) ?? 'default')
    else roots.set(device, kind === 'htb' && handle === ROOT ? 'ours' : 'foreign')
  }
  return roots
}

/** Reads `tc class show dev DEVICE`. */
function classesIn(text: string): readonly string[] {
  return [...text.matchAll(/^class htb (\S+)/gm)].map(([, name = '']) => name)
}

function classesOf(device: string): readonly string[] {
  return ['class', 'show', 'dev', device]
}

function minorOf(id: string): string {
  return (1 + (Number.parseInt(id, 16) % MINORS)).toString(16)
}

function spoken(pod: PodOnNode): string {
  return `${pod.namespace}/${pod.name}`
}
