import { SeaworthyError } from '../../kit/errors.ts'
import type { Emit } from '../../model/events.ts'
import type { Problem } from '../../model/measurement.ts'
import type { Traffic, TrafficRecords } from '../../model/ports.ts'
import type { TrafficSpec } from '../../model/suite.ts'
import { toRecords } from '../to-records.ts'
import { imageJob, type JobManifest } from './job-manifest.ts'
import { type JobPlace, JobRun } from './job-run.ts'
import { serviceUrls } from './service-urls.ts'
import { readUserJob } from './user-job.ts'

export type JobSpec = Extract<TrafficSpec, { kind: 'job' }>

export interface JobTrafficSetting extends JobPlace {
  readonly emit: Emit
}

/** An image has to be fetched first. */
const START_LIMIT_MS = 120_000
const POLL_MS = 50
/** A server that does not answer for longer leaves it open whether the Job ran. */
const SEEN_LIMIT_MS = 10_000

/**
 * Users played by a Job of the suite's authors. What became of its requests it does not tell: Prometheus does, and the Job
 * tells whether it ran all the time. Reads a manifest at once. Throws SeaworthyError('TRAFFIC') when that is no Job.
 */
export function createJobTraffic(spec: JobSpec, setting: JobTrafficSetting): Traffic {
  return new JobTraffic(spec, setting)
}

class JobTraffic implements Traffic {
  readonly kind = 'job'
  readonly #spec: JobSpec
  readonly #setting: JobTrafficSetting
  readonly #name: string
  readonly #written: JobManifest | undefined
  #job: JobRun | undefined
  #startedMs: number | undefined
  #warned = false

  constructor(spec: JobSpec, setting: JobTrafficSetting) {
    this.#spec = spec
    this.#setting = setting
    this.#name = `${setting.run}-job`
    const { namespace, run } = setting
    this.#written =
      spec.manifest === undefined ? undefined : readUserJob(spec.manifest, { name: this.#name, namespace, run })
  }

  /** Resolves when its pod runs. Throws SeaworthyError('TRAFFIC') with the pod's own words when it does not, or is over at once. */
  readonly start = async (signal: AbortSignal): Promise<void> => {
    if (this.#job) return
    const { clock, namespace } = this.#setting
    const job = new JobRun(this.#setting, {
      job: this.#written ?? (await this.#fromImage(signal)),
      isGood: (_, code) => code === 0,
      secrets: Object.values(this.#spec.env ?? {}),
    })
    await job.create(signal)
    this.#job = job
    const deadline = clock.monotonic() + START_LIMIT_MS
    while (job.runningAtMs === undefined && !job.end && clock.monotonic() < deadline) await clock.sleep(POLL_MS, signal)
    this.#startedMs = job.runningAtMs
    if (this.#startedMs !== undefined && job.end?.trouble === undefined) return
    const why = job.end && job.end.trouble === undefined ? 'it was over at once' : await job.words()
    await this.stop()
    throw new SeaworthyError('TRAFFIC', `the traffic's Job does not run: ${why}`, {
      target: this.#spec.manifest ?? this.#spec.image ?? this.#name,
      remedy: `It must run until the run takes it away. Look at the events: kubectl -n ${namespace} get events.`,
    })
  }

  async #fromImage(signal: AbortSignal): Promise<JobManifest> {
    const { client, namespace, run } = this.#setting
    const { image = '', command, env } = this.#spec
    const urls = await serviceUrls(client, namespace, signal)
    return imageJob({ name: this.#name, namespace, run, env: { ...urls, ...env } }, { image, command })
  }

  /** Resolves when the Job has been seen after `untilMs`, or is over. */
  readonly settle = async (untilMs: number): Promise<void> => {
    const { clock } = this.#setting
    const job = this.#job
    if (!job) return
    await clock.sleep(Math.max(0, untilMs - clock.now()))
    while (!job.end && (job.runningAtMs ?? 0) < untilMs && clock.now() < untilMs + SEEN_LIMIT_MS) {
      await job.look()
      if (!job.end && (job.runningAtMs ?? 0) < untilMs) await clock.sleep(POLL_MS)
    }
    this.#warn(job.end?.trouble)
  }

  #warn(trouble: string | undefined): void {
    if (trouble === undefined || this.#warned) return
    this.#warned = true
    this.#setting.emit({ event: 'warning', detail: `the traffic's Job ended early: ${trouble}` })
  }

  readonly records = (startMs: number, endMs: number): TrafficRecords =>
    toRecords([], {
      failureKinds: ['ok'],
      timeoutMs: 0,
      problems: [
        ...this.absent(startMs, endMs),
        { code: 'NO_DATA', detail: 'a Job does not tell what became of its requests' },
      ],
    })

  readonly absent = (startMs: number, endMs: number): readonly Problem[] => {
    const job = this.#job
    if (!job || this.#startedMs === undefined)
      return [{ code: 'TRAFFIC_FAILED', detail: "the traffic's Job was never started" }]
    if (job.end?.trouble !== undefined)
      return [{ code: 'TRAFFIC_FAILED', detail: `the traffic's Job ended early: ${job.end.trouble}` }]
    if (job.end && job.end.atMs < endMs)
      return [
        missing(
          `ended ${Math.round(endMs - job.end.atMs)} ms before the window did; it must run longer than the suite`,
        ),
      ]
    const seenMs = job.runningAtMs ?? 0
    if (!job.end && seenMs < endMs && this.#setting.clock.now() >= endMs)
      return [missing(`was last seen ${Math.round(endMs - seenMs)} ms before the window ended`)]
    return startMs < this.#startedMs
      ? [missing(`ran only ${Math.round(this.#startedMs - startMs)} ms after the window began`)]
      : []
  }

  readonly forget = (): void => {}

  readonly stats = () => {
    const { image, manifest } = this.#spec
    return { requests: 0, lateP99Ms: null, description: `a Job of ${manifest ?? image ?? ''}` }
  }

  readonly stop = async (): Promise<void> => {
    await this.#job?.remove()
  }
}

function missing(what: string): Problem {
  return { code: 'LOAD_NOT_DELIVERED', detail: `the traffic's Job ${what}` }
}
