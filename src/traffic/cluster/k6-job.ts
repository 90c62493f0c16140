import type { KubeClient } from '../../kube/kube-client.ts'
import type { Problem } from '../../model/measurement.ts'
import type { K6Spec } from '../k6-command.ts'
import { type K6Heard, type K6Source, THRESHOLDS_CROSSED } from '../k6-source.ts'
import { K6_CONTAINER, k6Job, RELAY_CONTAINER, scriptConfigMap } from './job-manifest.ts'
import { type JobPlace, JobRun } from './job-run.ts'
import { readScript } from './k6-files.ts'
import { type K6Batch, readK6Batch, requestsOf } from './k6-wire.ts'
import { followLog } from './pod-log.ts'
import { serviceUrls } from './service-urls.ts'

export interface K6JobSetting extends JobPlace {
  readonly client: KubeClient
  /** Of k6, and the program's own. */
  readonly k6Image: string
  readonly image: string
  readonly suiteFolder: string
}

/** An image of k6 has to be fetched first. */
const START_LIMIT_MS = 120_000
const SILENT_MS = 3_000
const POLL_MS = 100
/** How long the rest of the log may take after the pod has ended. */
const REST_MS = 5_000
/** A log takes its way over the kubelet and the API server; beyond that the clocks are apart. */
const CLOCKS_APART_MS = 1_500
const CLOCK_AHEAD_MS = 500

/** k6 in a Job beside the preview. Reads the script at once. Throws SeaworthyError('TRAFFIC') when it cannot be sent there. */
export function createK6Job(spec: K6Spec, setting: K6JobSetting): K6Source {
  return new K6InAJob(spec, setting)
}

class K6InAJob implements K6Source {
  readonly where = ' from a Job'
  readonly startLimitMs = START_LIMIT_MS
  readonly remedy: string
  readonly #spec: K6Spec
  readonly #setting: K6JobSetting
  readonly #files: ReturnType<typeof readScript>
  readonly #name: string
  readonly #stopping = new AbortController()
  #job: JobRun | undefined
  #working: Promise<unknown> | undefined
  #heard: K6Heard | undefined
  #next = 0
  #lost = 0
  #over = false
  #leastLagMs = Number.POSITIVE_INFINITY

  constructor(spec: K6Spec, setting: K6JobSetting) {
    this.#spec = spec
    this.#setting = setting
    this.#files = readScript(spec.script, setting.suiteFolder)
    this.#name = `${setting.run}-k6`
    this.remedy = `Try the script by hand (k6 run ${spec.script}); the image of k6 is ${this.#image}.`
  }

  get #image(): string {
    return this.#spec.image ?? this.#setting.k6Image
  }

  readonly start = async (heard: K6Heard, signal: AbortSignal): Promise<void> => {
    const { namespace, run, client } = this.#setting
    const env = { ...(await serviceUrls(client, namespace, signal)), ...this.#spec.env }
    const facts = { name: this.#name, namespace, run, env }
    const job = new JobRun(this.#setting, {
      job: k6Job(facts, { image: this.#image, ownImage: this.#setting.image, files: this.#files }),
      configMap: scriptConfigMap(facts, this.#files),
      isGood: (container, code) => code === 0 || (container === K6_CONTAINER && code === THRESHOLDS_CROSSED),
      secrets: Object.values(this.#spec.env),
    })
    await job.create(signal)
    this.#job = job
    this.#heard = heard
    this.#working = Promise.all([this.#follow(job), this.#untilEnd(job)])
  }

  async #follow(job: JobRun): Promise<void> {
    const { client, namespace, clock } = this.#setting
    const { signal } = this.#stopping
    while (job.pod === undefined && !signal.aborted) await clock.sleep(POLL_MS, signal).catch(() => undefined)
    if (job.pod === undefined) return
    await followLog(
      client,
      { namespace, pod: job.pod, container: RELAY_CONTAINER },
      {
        onLine: (line) => this.#read(line),
        // Until the pod runs there is no log to follow; after that a break is mended, or shows as a problem of the records.
        onBreak: () => undefined,
      },
      { clock, silentMs: SILENT_MS, signal },
    )
  }

  #read(line: string): void {
    const batch = readK6Batch(line)
    if (!batch || batch.k6 < this.#next) return
    this.#lost += batch.k6 - this.#next
    this.#next = batch.k6 + 1
    this.#leastLagMs = Math.min(this.#leastLagMs, this.#setting.clock.now() - batch.at)
    this.#tell(batch)
    if (batch.over) this.#over = true
  }

  #tell(batch: K6Batch): void {
    for (const request of requestsOf(batch)) this.#heard?.onRequest(request)
    for (const [atMs, count] of batch.dropped) this.#heard?.onDropped(count, atMs)
    this.#heard?.onTime(batch.heardMs)
  }

  /** Tells how the Job ended, once the rest of its log has been read. */
  async #untilEnd(job: JobRun): Promise<void> {
    const { clock } = this.#setting
    const { signal } = this.#stopping
    while (!job.end && !signal.aborted) await clock.sleep(POLL_MS, signal).catch(() => undefined)
    if (!job.end) return
    const { atMs, trouble } = job.end
    const deadline = clock.monotonic() + REST_MS
    while (trouble === undefined && !this.#over && !signal.aborted && clock.monotonic() < deadline)
      await clock.sleep(POLL_MS, signal).catch(() => undefined)
    const rest = this.#over ? undefined : 'the end of what it told could not be read'
    const why = trouble ?? rest
    this.#heard?.onEnd({ atMs, trouble: why === undefined ? undefined : `k6 ended early: ${why}` })
    this.#stopping.abort()
  }

  readonly waitingFor = async (): Promise<string | undefined> => {
    if (!this.#job) return undefined
    const words = await this.#job.words()
    return this.#next === 0 ? words : 'it runs, and its script asks for nothing'
  }

  readonly problems = (): readonly Problem[] => [...this.#lostLines(), ...this.#clocksApart()]

  #lostLines(): readonly Problem[] {
    if (this.#lost === 0) return []
    return [{ code: 'PARTIAL_DATA', detail: `${this.#lost} lines of the log of k6's pod were lost` }]
  }

  #clocksApart(): readonly Problem[] {
    const lag = Math.round(this.#leastLagMs)
    if (this.#next === 0 || (lag > -CLOCK_AHEAD_MS && lag < CLOCKS_APART_MS)) return []
    return [{ code: 'CLOCK_SKEW', detail: `the clock of the node of k6's pod and ours are apart by about ${lag} ms` }]
  }

  readonly stop = async (): Promise<void> => {
    if (!this.#job) return
    this.#stopping.abort()
    this.#heard?.onEnd({ atMs: this.#setting.clock.now(), trouble: undefined })
    await this.#job.remove()
    await this.#working
  }
}
