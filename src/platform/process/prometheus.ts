import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunContext } from '../../model/ports.ts'
import type { ServiceSpec } from '../../model/suite.ts'
import { createFreePorts, LOOPBACK } from './free-ports.ts'
import { Replica } from './replica.ts'
import type { Warden } from './warden/warden-client.ts'

/** A Prometheus of the run's own. */
export interface InstalledPrometheus {
  readonly replica: Replica
  readonly url: () => string
  /** Tells it who is to be scraped; at once, and without a restart. */
  readonly scrape: (replicas: readonly Replica[]) => void
}

const NAME = 'prometheus'
const TARGETS = 'targets.json'
/** What a run measures is minutes old at most. */
const RETENTION = '1d'

const SPEC: Omit<ServiceSpec, 'directory'> = {
  name: NAME,
  command: `exec prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=${RETENTION} --web.listen-address="${LOOPBACK}:$PORT" --log.level=warn`,
  replicas: 1,
  env: {},
  ports: ['http'],
  listen: undefined,
  ready: { check: 'http', path: '/-/ready', port: 'http' },
  restart: { policy: 'always', backoffMs: 500, maxBackoffMs: 5_000 },
  uses: [],
  labels: {},
  metrics: undefined,
}

/** Prepares the `prometheus` on the PATH to scrape the run's services every `scrapeMs`; its replica still has to be started. */
export function installPrometheus(context: RunContext, warden: Warden, scrapeMs: number): InstalledPrometheus {
  const directory = join(context.workFolder, NAME)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'prometheus.yml'), configuration(scrapeMs))
  const replica = new Replica({
    run: context.run,
    name: NAME,
    spec: { ...SPEC, directory },
    warden,
    freePorts: createFreePorts(),
    logPath: join(context.reportFolder, 'logs', `${NAME}.log`),
    emit: context.emit,
    serial: counter(),
    environment: (ports) => ({ ...context.environment, PORT: String(ports.http) }),
    changed: () => {},
  })
  let written = ''
  const scrape = (replicas: readonly Replica[]) => {
    const text = JSON.stringify(targets(replicas, context.suite.name), null, 2)
    if (text === written) return
    written = text
    replaceFile(join(directory, TARGETS), text)
  }
  scrape([])
  return { replica, url: () => `http://${LOOPBACK}:${replica.ports.http}`, scrape }
}

/** YAML, of which JSON is a part. The interval of the refresh is for file systems that tell nobody of a change. */
function configuration(scrapeMs: number): string {
  const interval = `${Math.max(1, Math.round(scrapeMs))}ms`
  return JSON.stringify({
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: [{ job_name: 'seaworthy', file_sd_configs: [{ files: [TARGETS], refresh_interval: '5s' }] }],
  })
}

/** Every replica that has metrics, ready or not: one that does not answer is `up == 0`. */
function targets(replicas: readonly Replica[], suite: string) {
  return replicas.flatMap(({ name, spec, ports }) => {
    const port = ports[spec.ports[0] ?? '']
    if (spec.metrics === undefined || port === undefined) return []
    const labels = { __metrics_path__: spec.metrics, service: spec.name, replica: name, namespace: suite }
    return [{ targets: [`${LOOPBACK}:${port}`], labels }]
  })
}

/** A reader sees the old text or the new, never half of one. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

function counter(): () => number {
  let count = 0
  return () => {
    count += 1
    return count
  }
}
