import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLineFile } from '../../../src/kit/line-file.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { RunEventBody } from '../../../src/model/events.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { RunContext } from '../../../src/model/ports.ts'
import type { KubernetesSystem, Suite } from '../../../src/model/suite.ts'
import type { KindTool } from '../../../src/platform/kubernetes/kind/kind-command.ts'
import { RUN_MARK } from '../../../src/platform/process/marks.ts'
import { run, SYSTEM_PATH } from '../tools.ts'
import type { Docker } from './docker.ts'

/** The rest of what kind needs to be told here: its nodes' address is the one that this machine reaches. */
export function kindConfig({ address }: Docker, more = ''): string {
  return `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {apiServerAddress: ${address}}\n${more}`
}

/** kind as the product calls it, in Docker's network. */
export function kindTool({ env, prefix, kind }: Docker, given: Readonly<Record<string, string>> = {}): KindTool {
  return { binary: kind, prefix, environment: { PATH: SYSTEM_PATH, HOME: '/root', ...env, ...given } }
}

export interface LabRun {
  readonly context: RunContext
  /** Removed by `remove`, with everything in it. */
  readonly folder: string
  readonly events: readonly RunEventBody[]
  readonly entries: () => readonly LedgerEntry[]
  readonly remove: () => void
}

/** A run with folders and a ledger of its own, as the story makes it, below `<state>/runs/<run>`. */
export function labRun(name: string, system: Partial<KubernetesSystem> = {}): LabRun {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-kind-'))
  const runFolder = join(folder, 'state/runs', name)
  const [workFolder, reportFolder] = [join(runFolder, 'work'), join(folder, 'report')]
  for (const path of [workFolder, reportFolder]) mkdirSync(path, { recursive: true })
  const ledgerPath = join(runFolder, 'ledger.ndjson')
  const file = openLineFile(ledgerPath)
  const owner = identityOf(process.pid) ?? { pid: process.pid, startTime: '' }
  file.append({ entry: 'run', at: 0, run: name, owner, suite: 'seaworthy.yaml', version: '0' })
  const events: RunEventBody[] = []
  return {
    folder,
    events,
    context: {
      run: name,
      suite: suiteOf(join(folder, 'seaworthy.yaml'), system),
      emit: (event) => events.push(event),
      ledger: { write: (entry) => file.append(entry) },
      ledgerPath,
      workFolder,
      reportFolder,
      helperCommand: [],
      environment: { PATH: SYSTEM_PATH, [RUN_MARK]: name },
      secrets: [],
    },
    entries: () =>
      readFileSync(ledgerPath, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as LedgerEntry),
    remove: () => {
      file.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Writes a file of the run's suite and returns its name. */
export function suiteFile({ folder }: LabRun, name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

function suiteOf(file: string, system: Partial<KubernetesSystem>): Suite {
  return {
    file,
    digest: 'd'.repeat(64),
    name: 'kind',
    system: {
      platform: 'kubernetes',
      cluster: 'kind',
      namespace: 'shop',
      workloads: [],
      deploy: { images: [], manifests: [], command: undefined },
      readyMs: 120_000,
      ...system,
    },
    traffic: { kind: 'none' },
    prometheus: undefined,
    objectives: [],
    windows: { warmupMs: 0, baselineMs: 1_000, faultMs: 1_000, recoveryMs: 1_000 },
    limits: { blastRadius: { targets: 1, ratio: 0.5 }, abortWhen: [], hours: undefined, approval: undefined },
    experiments: [],
  }
}

/** Names of all containers that Docker has, running or not. */
export async function containers({ env }: Docker): Promise<readonly string[]> {
  const names = await run('docker', ['ps', '--all', '--format', '{{.Names}}'], { env })
  return names.split('\n').filter(Boolean)
}
