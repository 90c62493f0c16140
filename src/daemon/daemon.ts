import { join } from 'node:path'
import type { Clock } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import { watchQuiet } from '../kit/quiet.ts'
import { type Serving, serveHealth } from '../kit/serve-health.ts'
import { VERSION } from '../kit/version.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import { ABILITIES_PATH } from '../model/cluster/system.ts'
import type { FaultType } from '../model/fault.ts'
import { Desk } from './faults/desk.ts'
import { EventRecorder } from './faults/event-recorder.ts'
import type { RunSetting } from './faults/run-setting.ts'
import { Semaphore, Turns } from './faults/semaphore.ts'
import { StatusWriter } from './faults/status-writer.ts'
import { within } from './faults/within.ts'
import { type ClusterView, viewCluster } from './follow-cluster.ts'
import type { BootClock } from './journal/boot-clock.ts'
import { openJournal } from './journal/journal.ts'
import { daemonMetrics } from './metrics/daemon-metrics.ts'
import { metricsText } from './metrics/metrics-text.ts'
import type { NodeTools } from './tools.ts'

export interface DaemonParts {
  readonly client: KubeClient
  readonly tools: NodeTools
  readonly faultTypes: readonly FaultType[]
  readonly clock: Clock
  readonly boot: BootClock
  readonly nodeName: string
  /** The daemon's own, which is never hurt. */
  readonly namespace: string
  /** On the node, kept over restarts: `journal` and `faults` are made in it. */
  readonly stateFolder: string
  readonly cgroupRoot: string
  readonly helperCommand: readonly string[]
  readonly metrics: { readonly host: string; readonly port: number }
  /** Called when nothing was to be done for a while: the time to tidy up. */
  readonly onQuiet?: () => void
  /** One sentence for people, without secrets. */
  readonly log: (line: string) => void
}

export interface Daemon {
  readonly metricsPort: number
  /** Undoes everything that is on, tells it, and stops. Resolves within `limitMs`, done or not; the journal has what is left. */
  readonly stop: (limitMs: number) => Promise<void>
}

/** Programs run at once: a node has few cores, and its pods need them. */
const APPLIES = 24
const UNDOS = 24
const LOOKS = 6
/** One stream that says nothing while others speak is stuck; a server that is silent altogether is not cured by a restart. */
const STUCK_MS = 300_000
const HEARD_MS = 60_000
const QUIET_MS = 5_000

/**
 * Starts the daemon of one node: what a former one left in the journal is taken over before anything else is listened to.
 * Throws SeaworthyError when the journal, the port or the first lists cannot be had.
 */
export async function startDaemon(parts: DaemonParts): Promise<Daemon> {
  const { client, clock, nodeName, log } = parts
  const stop = new AbortController()
  const counts = { errors: 0, unreadable: 0 }
  const onTrouble = (detail: string) => {
    counts.errors += 1
    log(detail)
  }
  const journal = await openJournal(join(parts.stateFolder, 'journal'))
  const view = viewCluster(client, parts, clock, onTrouble)
  const writer = new StatusWriter(client, `seaworthy-daemon-${nodeName}`, clock, onTrouble)
  const events = new EventRecorder(client, clock, nodeName, onTrouble)
  const quiet = watchQuiet(QUIET_MS, () => {
    if (desk.cases.every(({ settled }) => settled)) parts.onQuiet?.()
  })
  const desk: Desk = new Desk({
    setting: settingOf(parts, journal, view, onTrouble),
    faultTypes: parts.faultTypes,
    listener: {
      changed: (faultCase, urgency) => {
        quiet.disturb()
        writer.mark(faultCase, urgency)
      },
      told: (fault, target, reason, message) => events.tell(fault, target, reason, message),
    },
    onForgotten: (faultCase) => {
      writer.forget(faultCase)
      events.forget(faultCase.identity)
    },
  })
  let ready = 'waits for the first lists'
  const serving = await serveHealth(parts.metrics.port, parts.metrics.host, {
    metrics: () => metricsText(daemonMetrics({ ...measuredBy(parts, desk, view), ...counts })),
    unhealthy: () => stuck(view),
    unready: () => ready || silent(view),
    facts: { [ABILITIES_PATH]: () => parts.tools.abilities() },
  })
  try {
    const content = await journal.read()
    counts.unreadable = content.unreadable.length
    await Promise.all([desk.adopt(content), parts.tools.witness.clear()])
    await Promise.all([view.start(stop.signal), parts.tools.abilities()])
    await view.follow(desk, stop.signal)
  } catch (error) {
    await shutDown(parts, { stop, desk, writer, serving }, STOP_AFTER_FAILURE_MS)
    throw error
  }
  ready = ''
  quiet.disturb()
  log(`follows the faults of node ${nodeName}`)
  return {
    metricsPort: serving.port,
    stop: (limitMs) => shutDown(parts, { stop, desk, writer, serving }, limitMs),
  }
}

const STOP_AFTER_FAILURE_MS = 5_000

interface Running {
  readonly stop: AbortController
  readonly desk: Desk
  readonly writer: StatusWriter
  readonly serving: Serving
}

async function shutDown({ clock, log, tools }: DaemonParts, running: Running, limitMs: number): Promise<void> {
  const { stop, desk, writer, serving } = running
  const work = desk.shutdown().then(() => writer.flush())
  await within(clock, limitMs, work).catch((error: unknown) => log(`stops before all is undone: ${messageOf(error)}`))
  stop.abort()
  await Promise.all([serving.close(), tools.stop()])
}

function settingOf(
  parts: DaemonParts,
  journal: RunSetting['journal'],
  world: ClusterView,
  onTrouble: (detail: string) => void,
): RunSetting {
  const { tools, boot, clock, cgroupRoot, helperCommand } = parts
  return {
    tools,
    journal,
    boot,
    clock,
    world,
    folder: join(parts.stateFolder, 'faults'),
    cgroupRoot,
    helperCommand,
    applies: new Semaphore(APPLIES),
    undos: new Semaphore(UNDOS),
    looks: new Semaphore(LOOKS),
    turns: new Turns(),
    onTrouble,
  }
}

function measuredBy({ client, nodeName }: DaemonParts, desk: Desk, view: ClusterView) {
  return {
    version: VERSION,
    node: nodeName,
    cases: desk.cases,
    apiRequests: client.requests(),
    informers: view.silentMs(),
    residentBytes: process.memoryUsage.rss(),
  }
}

function stuck(view: ClusterView): string {
  const silences = Object.entries(view.silentMs())
  if (!silences.some(([, ms]) => ms < HEARD_MS)) return ''
  return silences
    .filter(([, ms]) => ms > STUCK_MS)
    .map(([kind, ms]) => `nothing was heard of ${kind} for ${Math.round(ms / 1_000)} s`)
    .join('; ')
}

function silent(view: ClusterView): string {
  const longest = Math.max(0, ...Object.values(view.silentMs()))
  return longest > STUCK_MS ? `the API server was not heard of for ${Math.round(longest / 1_000)} s` : ''
}
