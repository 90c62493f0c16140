import type { Clock } from '../../kit/clock.ts'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { PODS } from '../../kube/resources.ts'
import type { Emit } from '../../model/events.ts'
import type { Problem } from '../../model/measurement.ts'
import type { Ledger, Traffic, TrafficRecords } from '../../model/ports.ts'
import type { TrafficSpec } from '../../model/suite.ts'
import { deliveryProblems, plannedBetween } from '../delivery.ts'
import { describeRequests } from '../describe-requests.ts'
import { createFailureKinds } from '../failure-kinds.ts'
import { latenessLimitMs } from '../lateness.ts'
import { createLatenessSketch } from '../lateness-sketch.ts'
import { createRecordStore, FAILED, UNSENT } from '../record-store.ts'
import { toRecords } from '../to-records.ts'
import type { TrafficOrder } from './generate.ts'
import { followLog } from './pod-log.ts'
import { trafficPod } from './pod-manifest.ts'
import { podWords, type TrafficPod } from './pod-words.ts'
import { type Batch, readBatch } from './wire.ts'

type HttpSpec = Extract<TrafficSpec, { kind: 'http' }>

export interface PodTrafficSetting {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  /** The program's own image. */
  readonly image: string
  readonly seed: number
  readonly clock: Clock
  readonly emit: Emit
  readonly ledger: Ledger
}

const START_LIMIT_MS = 60_000
const SILENT_MS = 3_000
const POLL_MS = 25
const LIFETIME_S = 6 * 3_600
/** A log takes its way over the kubelet and the API server; beyond that the clocks are apart. */
const CLOCKS_APART_MS = 1_500

/**
 * Users played by a pod beside the preview, as its real users are: names resolve there, and no port-forward stands between.
 * What became of each request comes back through the pod's log, numbered, and survives a broken stream.
 */
export function createPodTraffic(spec: HttpSpec, setting: PodTrafficSetting): Traffic {
  return new PodTraffic(spec, setting)
}

class PodTraffic implements Traffic {
  readonly kind = 'http'
  readonly #spec: HttpSpec
  readonly #setting: PodTrafficSetting
  readonly #store = createRecordStore()
  readonly #kinds = createFailureKinds()
  readonly #lateness = createLatenessSketch()
  readonly #stopping = new AbortController()
  readonly #pod: string
  #following: Promise<void> | undefined
  #next = 0
  #lost = 0
  #ended = 0
  #last: Batch | undefined
  #leastLagMs = Number.POSITIVE_INFINITY
  #trouble: string | undefined

  constructor(spec: HttpSpec, setting: PodTrafficSetting) {
    this.#spec = spec
    this.#setting = setting
    this.#pod = `${setting.run}-traffic`
  }

  /** Resolves when the first batch has arrived. Throws SeaworthyError('TRAFFIC') with the pod's own words when none does. */
  readonly start = async (signal: AbortSignal): Promise<void> => {
    if (this.#following) return
    const { client, namespace, run, image, clock, ledger, seed } = this.#setting
    const order: TrafficOrder = { spec: plain(this.#spec), seed }
    const manifest = trafficPod({
      name: this.#pod,
      namespace,
      run,
      image,
      args: ['internal', 'traffic'],
      env: { SEAWORTHY_TRAFFIC: JSON.stringify(order) },
      deadlineSeconds: LIFETIME_S,
    })
    await ledger.write({
      entry: 'object',
      at: clock.now(),
      id: this.#pod,
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      name: this.#pod,
    })
    await client.create(PODS, manifest, { signal })
    this.#following = this.#follow()
    const deadline = clock.monotonic() + START_LIMIT_MS
    while (this.#last === undefined && clock.monotonic() < deadline) {
      await clock.sleep(POLL_MS, signal)
      if (this.#trouble !== undefined) break
    }
    if (this.#last) return
    const why = this.#trouble ?? (await this.#podWords())
    await this.stop()
    throw new SeaworthyError('TRAFFIC', `the traffic pod sent nothing: ${why}`, {
      target: this.#pod,
      remedy: `Look at it: kubectl -n ${namespace} describe pod ${this.#pod}. Its image is ${image}.`,
    })
  }

  #follow(): Promise<void> {
    const { client, namespace, clock } = this.#setting
    return followLog(
      client,
      { namespace, pod: this.#pod, container: 'traffic' },
      {
        onLine: (line) => this.#read(line),
        // Until the pod runs there is no log to follow; after that a break is mended, or shows as a problem of the records.
        onBreak: () => undefined,
      },
      { clock, silentMs: SILENT_MS, signal: this.#stopping.signal },
    )
  }

  #read(line: string): void {
    const batch = readBatch(line)
    if (!batch || batch.batch < this.#next) return
    if (batch.batch > this.#next) this.#lost += batch.batch - this.#next
    this.#next = batch.batch + 1
    this.#last = batch
    this.#leastLagMs = Math.min(this.#leastLagMs, this.#setting.clock.now() - batch.at)
    if (batch.broken !== undefined) this.#trouble = batch.broken
    for (const [dueMs, lateMs, latencyMs, outcome, kind] of batch.rows) {
      const row = this.#store.open(dueMs)
      this.#store.sent(row, lateMs)
      this.#lateness.add(lateMs)
      this.#store.end(
        row,
        outcome,
        latencyMs,
        outcome === FAILED ? this.#kinds.indexOf(batch.kinds[kind] ?? 'other') : 0,
      )
      if (outcome !== UNSENT) this.#ended += 1
    }
  }

  readonly settle = async (untilMs: number): Promise<void> => {
    const { clock } = this.#setting
    const deadline = untilMs + this.#spec.timeoutMs + 2 * SILENT_MS
    const done = () => this.#trouble !== undefined || (this.#last?.endedMs ?? 0) >= untilMs
    while (!done() && !this.#stopping.signal.aborted && clock.now() < deadline) await clock.sleep(POLL_MS)
  }

  readonly records = (startMs: number, endMs: number): TrafficRecords => {
    const rows = this.#store.rows(startMs, endMs).flatMap((row) => this.#store.at(row) ?? [])
    return toRecords(
      rows.filter(({ state }) => state !== UNSENT),
      {
        failureKinds: this.#kinds.names(),
        timeoutMs: this.#spec.timeoutMs,
        problems: this.#problems(startMs, endMs, rows),
      },
    )
  }

  #problems(startMs: number, endMs: number, rows: Parameters<typeof deliveryProblems>[0]['rows']): readonly Problem[] {
    const last = this.#last
    if (!last) return [{ code: 'TRAFFIC_FAILED', detail: 'the traffic pod was never heard' }]
    const { ratePerSecond, timeoutMs } = this.#spec
    const now = this.#setting.clock.now()
    const over = this.#trouble !== undefined || this.#stopping.signal.aborted
    // What is merely on its way is not missing: until the window is over, only what has ended is counted.
    const heardMs = over || now > endMs + timeoutMs + SILENT_MS ? endMs : last.endedMs
    const untilMs = Math.min(endMs, Math.max(startMs, heardMs - latenessLimitMs(timeoutMs)))
    const complete = last.endedMs >= endMs || over ? endMs : untilMs
    const planned = plannedBetween(last.startMs, ratePerSecond, startMs, complete)
    return [
      ...(this.#trouble === undefined
        ? []
        : [{ code: 'TRAFFIC_FAILED' as const, detail: `the generator ended early: ${this.#trouble}` }]),
      ...(this.#lost === 0
        ? []
        : [{ code: 'PARTIAL_DATA' as const, detail: `${this.#lost} lines of the traffic pod's log were lost` }]),
      ...deliveryProblems({ planned, rows: rows.filter(({ dueMs }) => dueMs < complete), timeoutMs }),
      ...this.#clockProblems(),
    ]
  }

  readonly absent = (_: number, endMs: number): readonly Problem[] => {
    const last = this.#last
    if (!last) return [{ code: 'TRAFFIC_FAILED', detail: 'the traffic pod was never heard' }]
    if (this.#trouble !== undefined)
      return [{ code: 'TRAFFIC_FAILED', detail: `the generator ended early: ${this.#trouble}` }]
    if (last.endedMs >= endMs || this.#setting.clock.now() < endMs) return []
    const silentMs = Math.round(endMs - last.at)
    if (silentMs <= 0) return []
    return [
      { code: 'LOAD_NOT_DELIVERED', detail: `the traffic pod was last heard ${silentMs} ms before the window ended` },
    ]
  }

  #clockProblems(): readonly Problem[] {
    const lag = Math.round(this.#leastLagMs)
    if (lag > -latenessLimitMs(this.#spec.timeoutMs) && lag < CLOCKS_APART_MS) return []
    return [{ code: 'CLOCK_SKEW', detail: `the clock of the traffic pod's node and ours are apart by about ${lag} ms` }]
  }

  readonly forget = (beforeMs: number): void => this.#store.forget(beforeMs)

  readonly stats = () => ({
    requests: this.#ended,
    lateP99Ms: this.#lateness.p99Ms(),
    description: `${describeRequests(this.#spec)} from a pod`,
  })

  readonly stop = async (): Promise<void> => {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    const { client, namespace, ledger, clock } = this.#setting
    await client.remove(PODS, this.#pod, namespace, { graceSeconds: 0 })
    await ledger.write({ entry: 'gone', at: clock.now(), id: this.#pod })
    await this.#following
  }

  async #podWords(): Promise<string> {
    const { client, namespace } = this.#setting
    try {
      const pod = await client.get<TrafficPod>(PODS, this.#pod, namespace)
      return pod ? podWords(pod) : 'it is gone'
    } catch (error) {
      return messageOf(error)
    }
  }
}

/** Without members that are undefined, as JSON has none. */
function plain(spec: HttpSpec): TrafficOrder['spec'] {
  return JSON.parse(JSON.stringify(spec)) as TrafficOrder['spec']
}
