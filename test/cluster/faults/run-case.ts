import { setTimeout as sleep } from 'node:timers/promises'
import type { Resource } from '../../../src/kube/kube-client.ts'
import type { Effect } from '../../../src/model/effect.ts'
import { PATIENCE_MS, until } from '../tools.ts'
import type { FaultCase, Look } from './case.ts'
import {
  askFor,
  conditionOf,
  deleteFault,
  effectOf,
  endFault,
  hasFailed,
  readFault,
  recordsOf,
  type StoredFault,
  targetsOf,
  untilCondition,
} from './faults.ts'
import { networkOf, podProcesses } from './kernel.ts'
import { objectsOf } from './objects.ts'
import { closeSite, openSite, podsOf, type Site, type Stage } from './stage.ts'

/** What came of trying one fault type, for tests and for the table of the benchmark. */
export interface CaseOutcome {
  readonly mechanism: string
  readonly measured: { readonly before: string; readonly under: string; readonly after: string }
  readonly effect: Effect
  readonly recovered: StoredFault
  /** Differences between before and after, by name; empty when all of it was put back. */
  readonly residue: readonly string[]
}

/** Tries one fault type from its beginning to its end, in a namespace of its own. Throws with what it waited for in vain. */
export async function runCase(stage: Stage, kinds: readonly Resource[], one: FaultCase): Promise<CaseOutcome> {
  const site = await openSite(stage, one.type, one.kind, one.replicas)
  try {
    return await tryIn(site, kinds, one)
  } finally {
    await closeSite(site)
  }
}

/** As runCase, in a namespace that is there. */
export async function tryIn(site: Site, kinds: readonly Resource[], one: FaultCase): Promise<CaseOutcome> {
  const { stage } = site
  const before = await untilLook(one, site, site, false)
  const was = await stateOf(site, kinds, one)
  const asked = await askFor(stage, one.target === 'node' ? undefined : site.namespace, {
    type: one.type,
    parameters: one.parameters,
    targets: await targetsOf(one, site),
    ...(one.type === 'node-network-down' ? { durationMs: 8_000 } : {}),
  })
  let isDeleted = false
  try {
    const under = await Promise.race([untilLook(one, site, site, true), untilFailed(stage, asked)])
    const injected = await untilCondition(stage, asked, one.type === 'node-network-down' ? 'Recovered' : 'Injected')
    const seen = await untilEffective(one, site, asked)
    await endFault(stage, asked)
    const recovered = await untilCondition(stage, asked, 'Recovered')
    const after = one.instantaneous ? await one.look(site, site) : await untilLook(one, site, site, false)
    await deleteFault(stage, asked)
    isDeleted = true
    return {
      mechanism: recordsOf(injected)[0]?.mechanism ?? '',
      measured: { before: before.measured, under: under.measured, after: after.measured },
      effect: effectOf(seen),
      recovered,
      residue: await residueOf(site, kinds, one, was),
    }
  } finally {
    if (!isDeleted) await deleteFault(stage, asked)
  }
}

/** Never resolves; rejects when the fault says that it failed. */
async function untilFailed(stage: Stage, asked: StoredFault): Promise<never> {
  const failed = await until(
    `${asked.metadata.name} to fail`,
    async () => {
      const now = await readFault(stage, asked)
      return hasFailed(now) ? conditionOf(now, 'Failed') : undefined
    },
    { timeoutMs: PATIENCE_MS, everyMs: 500 },
  ).catch(() => new Promise<never>(() => undefined))
  throw new Error(`${asked.metadata.name} failed: ${failed.message}`)
}

async function untilLook(one: FaultCase, site: Site, before: Site, broken: boolean): Promise<Look> {
  let last: Look | undefined
  return until(
    `${one.name ?? one.type} ${broken ? 'to be seen' : 'not to be seen any more'}`,
    async () => {
      last = await one.look(site, before)
      return last.broken === broken ? last : undefined
    },
    { timeoutMs: PATIENCE_MS },
  ).catch((error: Error) => {
    throw new Error(`${error.message}; last seen: ${last?.measured}`)
  })
}

/** Looks go on meanwhile: they are the traffic that the fault meets. */
async function untilEffective(one: FaultCase, site: Site, asked: StoredFault): Promise<StoredFault> {
  const { stage } = site
  if (one.neverEffective !== undefined) await sleep(NEVER_MS)
  let last: StoredFault = asked
  return until(
    `${one.name ?? one.type} to be proven`,
    async () => {
      await one.look(site, site)
      last = (await readFault(stage, asked)) ?? last
      return effectOf(last).effective === (one.neverEffective === undefined) ? last : undefined
    },
    { timeoutMs: PATIENCE_MS },
  ).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${effectOf(last).seen}; ${JSON.stringify(last.status?.targets)}`)
  })
}

/** The daemon looks for its effect for five seconds. */
const NEVER_MS = 6_000

interface State {
  readonly objects: readonly string[]
  /** By pod: what steers its packets, and how many processes it has. */
  readonly networks: ReadonlyMap<string, string>
}

async function stateOf(site: Site, kinds: readonly Resource[], one: FaultCase): Promise<State> {
  const { stage, client, namespace } = site
  const pods = await podsOf(client, namespace)
  const networks = await Promise.all(
    pods.map(async (pod) => {
      const processes = podProcesses(stage.shape, pod)
      const rules = await networkOf(processes[0] ?? 0)
      return [pod.metadata.uid ?? '', `${rules}\n${processes.length} processes`] as const
    }),
  )
  return { objects: await objectsOf(client, kinds, namespace, one.changes), networks: new Map(networks) }
}

/** Kubernetes takes its time to make pods again; the rest is put back at once. */
const SETTLED_MS = 60_000

async function residueOf(
  site: Site,
  kinds: readonly Resource[],
  one: FaultCase,
  was: State,
): Promise<readonly string[]> {
  let found: readonly string[] = []
  await until(
    'nothing to be left',
    async () => {
      const is = await stateOf(site, kinds, one).catch(() => undefined)
      if (!is) return undefined
      found = differences(was, is)
      return found.length === 0 ? true : undefined
    },
    { timeoutMs: SETTLED_MS, everyMs: 200 },
  ).catch(() => undefined)
  return found
}

function differences(was: State, is: State): readonly string[] {
  const objects = [
    ...was.objects.filter((line) => !is.objects.includes(line)).map((line) => `gone: ${line}`),
    ...is.objects.filter((line) => !was.objects.includes(line)).map((line) => `new: ${line}`),
  ]
  const networks = [...was.networks].flatMap(([uid, before]) => {
    const after = is.networks.get(uid)
    return after === undefined || after === before ? [] : [`pod ${uid}: before\n${before}\nafter\n${after}`]
  })
  return [...objects, ...networks]
}
