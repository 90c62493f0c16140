import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openLineFile } from '../../../src/kit/line-file.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { RunEventBody } from '../../../src/model/events.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { Platform, RunContext } from '../../../src/model/ports.ts'
import type { PrometheusSpec, ServiceSpec, Suite } from '../../../src/model/suite.ts'
import { runMark } from '../../../src/platform/process/marks.ts'
import { createProcessPlatform } from '../../../src/platform/process/process-platform.ts'
import { markedProcesses, processTable } from '../../../src/platform/process/process-table.ts'
import { serviceEnvironment } from '../../../src/platform/process/service-environment.ts'

const SERVICES = fileURLToPath(new URL('services/', import.meta.url))
export const NODE = JSON.stringify(process.execPath)
export const HELPER = [process.execPath, fileURLToPath(new URL('helper-entry.ts', import.meta.url))]

/** A service of the suite: the tiny web server, unless told otherwise. */
export function service(name: string, given: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name,
    command: `${NODE} web.mjs`,
    directory: SERVICES,
    replicas: 1,
    env: {},
    ports: ['http'],
    listen: undefined,
    ready: { check: 'http', path: '/healthz', port: 'http' },
    restart: { policy: 'always', backoffMs: 50, maxBackoffMs: 400 },
    uses: [],
    labels: {},
    metrics: undefined,
    ...given,
  }
}

export function suiteOf(services: readonly ServiceSpec[], given: Partial<Suite> = {}, readyMs = 30_000): Suite {
  return {
    file: 'seaworthy.yaml',
    digest: 'd'.repeat(64),
    name: 'test',
    system: { platform: 'process', services, workloads: services.map(({ name }) => name), readyMs },
    traffic: { kind: 'none' },
    prometheus: undefined,
    objectives: [],
    windows: { warmupMs: 0, baselineMs: 1_000, faultMs: 1_000, recoveryMs: 1_000 },
    limits: { blastRadius: { targets: 1, ratio: 0.5 }, abortWhen: [], hours: undefined, approval: undefined },
    experiments: [],
    ...given,
  }
}

export const INSTALLED: PrometheusSpec = { source: { kind: 'install' }, scrapeMs: 250, tokenFrom: undefined }

export interface TestRun {
  readonly context: RunContext
  readonly folder: string
  readonly events: RunEventBody[]
  readonly ledger: LedgerEntry[]
  readonly platform: Platform
}

let runs = 0

/** A run that is not up yet, in a folder of its own. */
export function testRun(
  suite: Suite,
  environment: Readonly<Record<string, string>> = serviceEnvironment(process.env),
): TestRun {
  runs += 1
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
  const workFolder = join(folder, 'work')
  mkdirSync(workFolder)
  const ledgerPath = join(folder, 'ledger.ndjson')
  const file = openLineFile(ledgerPath)
  const events: RunEventBody[] = []
  const ledger: LedgerEntry[] = []
  const context: RunContext = {
    run: `test-${process.pid}-${runs}-${Date.now()}`,
    suite,
    emit: (event) => events.push(event),
    ledger: {
      write: (entry) => {
        ledger.push(entry)
        file.append(entry)
      },
    },
    ledgerPath,
    workFolder,
    reportFolder: join(folder, 'report'),
    helperCommand: HELPER,
    environment,
    secrets: [],
  }
  return { context, folder, events, ledger, platform: createProcessPlatform(context) }
}

/** Brings it up, uses it, and takes it down whatever happened. Nothing of it may be left. */
export async function withPlatform(suite: Suite, use: (run: TestRun) => Promise<void>): Promise<void> {
  const run = testRun(suite)
  try {
    await run.platform.up(new AbortController().signal)
    await use(run)
  } finally {
    await takeDown(run)
  }
}

export async function takeDown(run: TestRun): Promise<void> {
  const leftovers = await run.platform.down()
  const left = await processesOf(run.context.run)
  rmSync(run.folder, { recursive: true, force: true })
  if (leftovers.length > 0 || left.length > 0) throw new Error(`left behind: ${JSON.stringify({ leftovers, left })}`)
}

/** Living processes that carry a run's mark. */
export async function processesOf(run: string): Promise<readonly number[]> {
  const [marked, table] = await Promise.all([markedProcesses([runMark(run)]), processTable()])
  return table.map(({ pid }) => pid).filter((pid) => marked.has(pid))
}

/** Waits for a condition; the test's own time limit names a hang. */
export async function until<Value>(what: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  for (;;) {
    const value = await what()
    if (value) return value as NonNullable<Value>
    await sleep(20)
  }
}

export async function text(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return response.text()
}

/** Answers of the address that the users have, one connection each. */
export async function ask({ platform }: TestRun, url: string): Promise<string> {
  return text(platform.resolve(url))
}

export function isThere(pid: number): boolean {
  return identityOf(pid) !== undefined
}
