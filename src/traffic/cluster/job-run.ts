import type { Clock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import { CONFIG_MAPS, JOBS, PODS } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import type { Ledger } from '../../model/ports.ts'
import { lastWords } from '../k6-source.ts'
import { type ContainerStatus, lastWarning, podWords, type TrafficPod } from './pod-words.ts'

export interface JobPlace {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  readonly clock: Clock
  readonly ledger: Ledger
}

export interface JobOrder {
  readonly job: KubeObject
  readonly configMap?: KubeObject | undefined
  /** Whether a container ended as it should. */
  readonly isGood: (container: string, exitCode: number) => boolean
  /** Values that no message may show. */
  readonly secrets: readonly string[]
}

export interface JobEnd {
  /** Milliseconds since the epoch; the earliest that it can have been. */
  readonly atMs: number
  /** Undefined when every container ended as it should. */
  readonly trouble: string | undefined
}

interface Job extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

const LOOK_LIMIT_MS = 5_000
const LOOK_EVERY_MS = 1_000
const WAIT_EVERY_MS = 200
const LOG_LINES = '20'

/**
 * A Job of one pod that plays the users. The pod that was seen first is the only one that counts: whatever takes its place
 * has not played the users all the time. Nobody stops it but `remove`; every other end is told, with the reason.
 */
export class JobRun {
  readonly name: string
  readonly #place: JobPlace
  readonly #order: JobOrder
  readonly #stopped = new AbortController()
  #uid: string | undefined
  #pod: TrafficPod | undefined
  #end: JobEnd | undefined
  #runningAtMs: number | undefined
  #watching: Promise<void> | undefined

  constructor(place: JobPlace, order: JobOrder) {
    this.#place = place
    this.#order = order
    this.name = order.job.metadata.name
  }

  /** Writes to the ledger, creates the objects and begins to look. Throws SeaworthyError('TRAFFIC') with the server's words. */
  readonly create = async (signal: AbortSignal): Promise<void> => {
    try {
      for (const [resource, object] of this.#objects()) {
        await this.#record(resource, object)
        await this.#place.client.create(resource, object, { signal })
      }
    } catch (cause) {
      await this.remove().catch(() => undefined)
      throw new SeaworthyError('TRAFFIC', 'the Job that plays the users could not be made', {
        cause,
        target: this.name,
      })
    }
    this.#watching = this.#watch()
  }

  #objects(): readonly (readonly [Resource, KubeObject])[] {
    const { job, configMap } = this.#order
    return [...(configMap ? [[CONFIG_MAPS, configMap] as const] : []), [JOBS, job] as const]
  }

  async #record({ kind }: Resource, { apiVersion = '', metadata: { name } }: KubeObject): Promise<void> {
    const { ledger, clock, namespace } = this.#place
    await ledger.write({ entry: 'object', at: clock.now(), id: `${kind}/${name}`, apiVersion, kind, namespace, name })
  }

  /** The name of its pod, once there is one. */
  get pod(): string | undefined {
    return this.#pod?.metadata.name
  }

  get end(): JobEnd | undefined {
    return this.#end
  }

  /** When it was last seen with all of its containers running or, where they may, ended. */
  get runningAtMs(): number | undefined {
    return this.#runningAtMs
  }

  async #watch(): Promise<void> {
    const { clock } = this.#place
    while (!this.#end && !this.#stopped.signal.aborted) {
      await this.look()
      const everyMs = this.#runningAtMs === undefined ? WAIT_EVERY_MS : LOOK_EVERY_MS
      await clock.sleep(everyMs, this.#stopped.signal).catch(() => undefined)
    }
  }

  /** Asks the server once. Never throws: without an answer nothing new is known. */
  readonly look = async (): Promise<void> => {
    const { client, namespace, clock } = this.#place
    if (this.#end || this.#stopped.signal.aborted) return
    const askedMs = clock.now()
    const labels = `batch.kubernetes.io/job-name=${this.name}`
    const options = { timeoutMs: LOOK_LIMIT_MS, signal: this.#stopped.signal }
    try {
      const pods = await client.list<TrafficPod>(PODS, { namespace, labels }, options)
      const trouble = await this.#judge(pods, askedMs)
      if (trouble !== undefined) this.#finish(askedMs, trouble)
    } catch {
      // The next look, or a measurement that lacks this one, tells.
    }
  }

  /** Why it is over, where it did not end by itself; undefined while it goes on. */
  async #judge(pods: readonly TrafficPod[], askedMs: number): Promise<string | undefined> {
    const pod = this.#uid === undefined ? pods[0] : pods.find(({ metadata }) => metadata.uid === this.#uid)
    if (!pod)
      return this.#uid === undefined ? this.#neverBegan() : `its pod ${this.pod} is gone: ${await this.#whoTookIt()}`
    this.#uid = pod.metadata.uid
    this.#pod = pod
    if (pod.metadata.deletionTimestamp !== undefined)
      return `its pod ${this.pod} was deleted while it ran: ${await this.#whoTookIt()}`
    if (pods.length > 1) return `a second pod took the place of ${this.pod}`
    return this.#judgeContainers(pod, askedMs)
  }

  async #judgeContainers(pod: TrafficPod, askedMs: number): Promise<string | undefined> {
    const statuses = pod.status?.containerStatuses ?? []
    const init = pod.status?.initContainerStatuses ?? []
    const bad = [...init.filter(({ state }) => state?.terminated?.exitCode), ...statuses].find((one) =>
      this.#isBad(one),
    )
    if (bad) return this.#saidBy(bad)
    if (pod.status?.phase === 'Failed') return podWords(pod)
    if (statuses.length > 0 && statuses.every(({ state }) => state?.terminated)) {
      this.#finish(endOf(statuses, askedMs), undefined)
      return undefined
    }
    const isRunning = statuses.length > 0 && statuses.every(({ state }) => state?.running ?? state?.terminated)
    if (isRunning) this.#runningAtMs = askedMs
    return undefined
  }

  #isBad({ name, state }: ContainerStatus): boolean {
    const ended = state?.terminated
    return ended !== undefined && !this.#order.isGood(name, ended.exitCode ?? Number.NaN)
  }

  async #saidBy({ name, state }: ContainerStatus): Promise<string> {
    const { client, namespace } = this.#place
    const { exitCode, reason } = state?.terminated ?? {}
    const path = `/api/v1/namespaces/${namespace}/pods/${this.pod}/log`
    const log = await client
      .raw({ method: 'GET', path, query: { container: name, tailLines: LOG_LINES }, timeoutMs: LOOK_LIMIT_MS })
      .catch(() => undefined)
    const words = log?.status === 200 ? lastWords(log.body.toString('utf8'), this.#order.secrets) : ''
    const why = reason === undefined || reason === 'Error' ? '' : ` (${plainWords(reason, 100)})`
    return `container ${name} ended with exit code ${exitCode ?? 'unknown'}${why}${words}`
  }

  /** Without a pod: the Job may be refused by a quota or an admission policy, or be gone. */
  async #neverBegan(): Promise<string | undefined> {
    const job = await this.#job()
    return job ? failureOf(job) : `there is no Job ${this.name}: somebody deleted it`
  }

  async #whoTookIt(): Promise<string> {
    const job = await this.#job()
    if (!job || job.metadata.deletionTimestamp !== undefined) return `somebody deleted the Job ${this.name}`
    return failureOf(job) ?? 'somebody deleted it'
  }

  #job(): Promise<Job | undefined> {
    const { client, namespace } = this.#place
    return client.get<Job>(JOBS, this.name, namespace, { timeoutMs: LOOK_LIMIT_MS })
  }

  #finish(atMs: number, trouble: string | undefined): void {
    this.#end ??= { atMs, trouble }
  }

  /** Why it does not run yet, in its own words. */
  readonly words = async (): Promise<string> => {
    const { client, namespace } = this.#place
    if (this.#end?.trouble !== undefined) return this.#end.trouble
    if (this.#pod) return podWords(this.#pod)
    const job = await this.#job().catch(() => undefined)
    return (await lastWarning(client, namespace, job?.metadata.uid)) ?? 'it has no pod yet'
  }

  /** Takes the Job, its pod and its config map away. Idempotent. Throws KubeError when the server does not let us. */
  readonly remove = async (): Promise<void> => {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    const { client, namespace, ledger, clock } = this.#place
    for (const [resource, { metadata }] of this.#objects().toReversed()) {
      await client.remove(resource, metadata.name, namespace, { propagation: 'Background' })
      if (resource === JOBS && this.pod !== undefined)
        await client.remove(PODS, this.pod, namespace, { graceSeconds: 0 })
      await ledger.write({ entry: 'gone', at: clock.now(), id: `${resource.kind}/${metadata.name}` })
    }
    await this.#watching
  }
}

function failureOf({ status }: Job): string | undefined {
  const failed = status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  return failed && plainWords(`the Job failed: ${failed.reason ?? ''} ${failed.message ?? ''}`, 400)
}

/** The server tells whole seconds, rounded down: it may have ended as early as that. */
function endOf(statuses: readonly ContainerStatus[], askedMs: number): number {
  const told = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? '')).filter(Number.isFinite)
  return told.length === 0 ? askedMs : Math.min(askedMs, ...told)
}
