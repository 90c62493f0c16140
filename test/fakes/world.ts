import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBuiltinEngine } from '../../src/engine/builtin.ts'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import type { EventListener, RunEvent } from '../../src/model/events.ts'
import type { Journal } from '../../src/model/journal.ts'
import type { LedgerEntry } from '../../src/model/ledger.ts'
import type { Measurement } from '../../src/model/measurement.ts'
import type { Engine, Observer, Platform, RunContext } from '../../src/model/ports.ts'
import { createObserver } from '../../src/observe/create-observer.ts'
import { emptySlices, headOf } from '../../src/observe/slice-grid.ts'
import { planSuite } from '../../src/plan/plan-suite.ts'
import { processInventory } from '../../src/platform/process/inventory.ts'
import type { PlannedRun } from '../../src/run/make-plan.ts'
import { runSuite } from '../../src/run/run-suite.ts'
import type { Session } from '../../src/run/session.ts'
import type { SessionInput } from '../../src/run/session-input.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'
import { WorldClock } from './world-clock.ts'
import { type Incident, type IncidentSetting, type Nonsense, withIncidents } from './world-incidents.ts'
import { type Behaviour, RATE_PER_SECOND, SimulatedService, STURDY } from './world-service.ts'

/** One call of an adapter, action of the executor or entry of the ledger, in the order in which they happened. */
interface DiaryEntry {
  readonly what: string
  /** Id of the fault that it is about. */
  readonly fault: string | undefined
  readonly cancelled: boolean
  readonly atMs: number
  /** No fault was in force. */
  readonly whole: boolean
}

export interface WorldInput {
  readonly planned: PlannedRun
  readonly behaviour?: Partial<Behaviour>
  readonly incidents?: readonly Incident[]
  /** Cancelled as soon as an event fits. */
  readonly cancelOn?: (event: RunEvent) => boolean
  readonly listeners?: readonly EventListener[]
  /** Time stands still while it says so. */
  readonly busy?: () => boolean
  readonly onInconclusive?: 'fail' | 'pass'
  /** What Prometheus says when it is asked for a number. */
  readonly scalar?: number
  /** Changes one adapter before the run. */
  readonly change?: (session: Session) => Partial<Session>
}

export interface Told {
  readonly journal: Journal
  readonly diary: readonly DiaryEntry[]
  readonly ledger: readonly LedgerEntry[]
  readonly events: readonly RunEvent[]
  readonly happened: readonly Incident[]
  readonly service: SimulatedService
  readonly clock: WorldClock
}

/** In memory where the machine has such a place: thousands of runs would wait for the disk. */
const STATE = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'seaworthy-world-'))
process.once('exit', () => rmSync(STATE, { recursive: true, force: true }))

export const WINDOW_MS = 1_000

/** In this world nothing is too much. */
export const BLAST = 'blast-radius: {targets: 5, percent: 100%}'

/** A suite of the simulated shop: web (2 replicas) uses api (2), api uses db. Windows of 1 s each at 50 requests/s. */
export function planned(experiments: string, more = '', settings: { seed?: number; only?: string[] } = {}): PlannedRun {
  const text = `
apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system:
  services:
    web: {command: web, replicas: 2, uses: [api]}
    api: {command: api, replicas: 2, uses: [db]}
    db: {command: db}
traffic: {http: {url: http://web/, rate: ${RATE_PER_SECOND}/s, timeout: 500ms}}
windows: {warmup: 200ms, baseline: 1s, fault: 1s, recovery: 1s}
${more.includes('objectives:') ? '' : 'objectives: [{name: availability, indicator: {traffic: success}, target: 90%}]'}
${more.includes('limits:') ? '' : `limits: {${BLAST}}`}
${more}
experiments:
${experiments}`
  const suite = parseSuite({ text, file: 'seaworthy.yaml', environment: {} })
  const inventory = processInventory(suite)
  const { seed = 1, only = [] } = settings
  const plan = planSuite({ suite, inventory, faultTypes: FAULT_TYPES, engine: 'builtin', seed, only })
  // The Prometheus of this world is not asked over a network, so nobody has to look for it first.
  return { suite: { ...suite, prometheus: undefined }, inventory, plan, obstacles: [] }
}

/** One whole run in a simulated world, from the plan to the journal. */
export async function tell(input: WorldInput): Promise<Told> {
  const clock = new WorldClock(input.busy)
  const service = new SimulatedService(clock, { ...STURDY, ...input.behaviour })
  const cancelling = new AbortController()
  const cancel = () => cancelling.abort(new Error('cancelled by the test'))
  const diary: DiaryEntry[] = []
  const ledger: LedgerEntry[] = []
  const events: RunEvent[] = []
  const happened: Incident[] = []
  const note = (what: string, fault?: string) =>
    diary.push({ what, fault, cancelled: cancelling.signal.aborted, atMs: clock.now(), whole: service.whole })
  const setting: IncidentSetting = {
    incidents: input.incidents ?? [],
    clock,
    cancelled: cancelling.signal,
    cancel,
    onCall: (call, args) => note(call, faultOf(args[0])),
    onIncident: (incident) => happened.push(incident),
  }
  const journal = await runSuite({
    kindSearch: { named: undefined, environment: {}, cacheFolder: '/nowhere' },
    request: {
      suite: 'seaworthy.yaml',
      mode: 'enforce',
      onInconclusive: input.onInconclusive ?? 'fail',
      reportDir: STATE,
      cluster: { kubeconfig: undefined, context: undefined, namespace: undefined, image: undefined, install: 'never' },
      kind: { binary: undefined, image: undefined, config: undefined, keep: 'never' },
      prometheusUrl: undefined,
      only: [],
      seed: 1,
      shard: undefined,
      plan: undefined,
      comment: 'never',
      check: 'never',
      policyFrom: undefined,
      checkName: 'seaworthy',
    },
    planned: input.planned,
    clock,
    cancelled: cancelling.signal,
    listeners: [
      (event) => {
        events.push(event)
        if (input.cancelOn?.(event)) cancel()
      },
      ...(input.listeners ?? []),
    ],
    change: undefined,
    stateFolder: STATE,
    reportFolder: STATE,
    helperCommand: [],
    environment: { PATH: process.env.PATH ?? '' },
    secrets: [],
    tokens: {},
    onRun: () => undefined,
    open: (given) => {
      const session = openWorld(given, service, setting, { note, ledger, scalar: input.scalar })
      return { ...session, ...input.change?.(session) }
    },
  })
  return { journal, diary, ledger, events, happened, service, clock }
}

interface Notes {
  readonly note: (what: string, fault?: string) => void
  readonly ledger: LedgerEntry[]
  readonly scalar: number | undefined
}

function openWorld(input: SessionInput, service: SimulatedService, setting: IncidentSetting, notes: Notes): Session {
  const { clock, planned: run } = input
  const context: RunContext = {
    ...input.context,
    ledger: { write: (entry) => notes.ledger.push(structuredClone(entry)) },
  }
  const platform = platformOf(context, service, setting, notes)
  const traffic = withIncidents('traffic', service.traffic(), SYNC, NONSENSE, setting)
  const engine: Engine = {
    ...createBuiltinEngine({
      executor: platform.executor,
      ledger: context.ledger,
      clock,
      inventory: run.inventory,
      emit: context.emit,
    }),
  }
  const observing = createObserver({
    traffic,
    prometheusUrl: undefined,
    scrapeMs: run.plan.sliceMs,
    token: undefined,
    clock,
    placeholders: { namespace: 'shop' },
  })
  return {
    ...input,
    context,
    plan: run.plan,
    inventory: run.inventory,
    faultTypes: FAULT_TYPES,
    platform,
    engine: withIncidents('engine', engine, SYNC, NONSENSE, setting),
    traffic,
    observer: withIncidents('observer', withSeries(observing, clock.now), SYNC, NONSENSE, setting),
    prometheus: () => undefined,
    queryScalar: async () => notes.scalar,
    scrapeMs: run.plan.sliceMs,
  }
}

function platformOf(context: RunContext, service: SimulatedService, setting: IncidentSetting, notes: Notes): Platform {
  const platform: Platform = {
    name: 'process',
    check: async () => [],
    inventory: async (suite) => processInventory(suite),
    up: async (signal) => {
      signal.throwIfAborted()
      for (const id of service.model.replicas.keys()) {
        context.ledger.write({ entry: 'process', at: setting.clock.now(), id, what: id, identity: undefined })
        await setting.clock.sleep(10, signal)
        context.emit({ event: 'replica.ready', replica: id })
      }
    },
    resolve: (url) => url,
    executor: service.executor((action) => notes.note(`do ${action.do}`, 'id' in action ? action.id : undefined)),
    serviceCounts: () => service.counts(),
    snapshot: async () => ({
      replicas: [...service.model.replicas].map(([replica, { pid, held }]) => ({
        replica,
        identity: String(pid),
        restarts: 0,
        ready: !held,
      })),
      active: service.active(),
    }),
    prometheusUrl: () => undefined,
    detail: () => 'a simulated world',
    down: async () => [],
  }
  return withIncidents('platform', platform, SYNC, NONSENSE, setting)
}

/** A series of a Prometheus: one calm sample a slice. */
function withSeries(observer: Observer, now: () => number): Observer {
  return {
    measure: async (objective, span) => {
      if (objective.indicator.source === 'traffic') return observer.measure(objective, span)
      const slices = emptySlices(span).map((slice) => ({ ...slice, n: 1, value: slice.startMs <= now() ? 1 : null }))
      return { ...headOf(objective, span), slices, histogram: undefined, problems: [], queries: ['up'] }
    },
  }
}

function faultOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined
  if ('fault' in argument) return faultOf(argument.fault)
  return 'id' in argument && typeof argument.id === 'string' ? argument.id : undefined
}

const SYNC: ReadonlySet<string> = new Set([
  'serviceCounts',
  'resolve',
  'prometheusUrl',
  'detail',
  'records',
  'forget',
  'stats',
])

const NONSENSE: Nonsense = {
  'engine.evidence': (real) => ({ ...(real as object), crossed: Number.NaN }),
  'engine.recover': () => ({}),
  'platform.serviceCounts': () => [{ service: 'web', n: Number.NaN, bad: -1 }],
  'platform.snapshot': () => ({ replicas: [], active: [] }),
  'platform.detail': () => '',
  'traffic.records': (real) => ({ ...(real as object), length: 0 }),
  'traffic.stats': () => ({ requests: Number.NaN, lateP99Ms: Number.NaN, description: '' }),
  'observer.measure': (real) => {
    const measurement = real as Measurement
    return { ...measurement, slices: measurement.slices.map((slice) => ({ ...slice, n: Number.NaN, bad: Number.NaN })) }
  },
}
