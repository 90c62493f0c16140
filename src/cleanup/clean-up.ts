import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { messageOf } from '../kit/errors.ts'
import { openLineFile, readLineFile } from '../kit/line-file.ts'
import type { LedgerEntry, Leftover, ProcessIdentity } from '../model/ledger.ts'
import { type ClusterCleaned, openObjects } from './clean-cluster.ts'

export interface CleanedRun {
  readonly run: string
  /** What was found and removed, in words. */
  readonly removed: readonly string[]
  readonly leftovers: readonly Leftover[]
  /** The run is still going on in another process, and was left alone. */
  readonly running: boolean
}

/** As a ledger has it. */
type KindCluster = Extract<LedgerEntry, { entry: 'kind-cluster' }>

export interface CleanupTools {
  readonly isAlive: (identity: ProcessIdentity) => boolean
  /** Ends every process of a run, by recorded identity and by the run's marker; says which there were and which are still there. */
  readonly endProcesses: (
    run: string,
    known: readonly ProcessIdentity[],
  ) => Promise<{ readonly ended: readonly string[]; readonly left: readonly string[] }>
  /** Ends and removes what the ledger says was made in a cluster; never throws. Absent where no cluster can be reached. */
  readonly removeObjects?: ((run: string, entries: readonly LedgerEntry[]) => Promise<ClusterCleaned>) | undefined
  /** Deletes the cluster that a run made with kind; says what is still there. */
  readonly deleteCluster?: ((run: string, cluster: KindCluster) => Promise<readonly Leftover[]>) | undefined
  readonly now: () => number
}

/**
 * Ends and removes what runs left behind, from their ledgers alone. Idempotent; a run whose process is alive is left
 * alone. Never throws for one run: what could not be removed is a leftover of it.
 */
export async function cleanUp(
  stateFolder: string,
  only: string | undefined,
  tools: CleanupTools,
): Promise<readonly CleanedRun[]> {
  const folder = join(stateFolder, 'runs')
  const runs = existsSync(folder) ? readdirSync(folder).sort() : []
  const cleaned: CleanedRun[] = []
  for (const run of runs) {
    if (only === undefined || run === only) cleaned.push(await cleanRun(folder, run, tools))
  }
  return cleaned
}

/** Runs whose process is gone and whose ledger was not closed: what `cleanUp` would look after. Touches nothing. */
export function abandonedRuns(stateFolder: string, isAlive: CleanupTools['isAlive']): readonly string[] {
  const folder = join(stateFolder, 'runs')
  const runs = existsSync(folder) ? readdirSync(folder).sort() : []
  return runs.filter((run) => {
    const entries = readLedger(join(folder, run, 'ledger.ndjson'))
    const owner = entries.find((entry) => entry.entry === 'run')?.owner
    return !isClosed(entries) && !(owner && isAlive(owner))
  })
}

async function cleanRun(folder: string, run: string, tools: CleanupTools): Promise<CleanedRun> {
  const path = join(folder, run)
  try {
    const entries = readLedger(join(path, 'ledger.ndjson'))
    const owner = entries.find((entry) => entry.entry === 'run')?.owner
    if (owner && tools.isAlive(owner) && !isClosed(entries)) return { run, removed: [], leftovers: [], running: true }
    return await removeAll(path, run, entries, tools)
  } catch (error) {
    return {
      run,
      removed: [],
      leftovers: [{ what: path, why: messageOf(error), remedy: `Remove ${path} by hand.` }],
      running: false,
    }
  }
}

const NOTHING: ClusterCleaned = { removed: [], leftovers: [] }

async function removeAll(
  path: string,
  run: string,
  entries: readonly LedgerEntry[],
  tools: CleanupTools,
): Promise<CleanedRun> {
  const known = entries.flatMap((entry) => (entry.entry === 'process' && entry.identity ? [entry.identity] : []))
  const { ended, left } = await tools.endProcesses(run, known)
  const clusters = await deleteClusters(run, entries, tools)
  // Only what lies in the run's own folder: a ledger that was tampered with must not become a way to delete other things.
  const folders = entries.flatMap((entry) =>
    entry.entry === 'folder' && resolve(entry.path).startsWith(path + sep) && existsSync(entry.path)
      ? [entry.path]
      : [],
  )
  for (const made of folders) rmSync(made, { recursive: true, force: true })
  const own = entries.some(({ entry }) => entry === 'kind-cluster')
  // What was made in the run's own cluster goes with it, or is still in it.
  const objects = own ? NOTHING : await removeFromCluster(run, entries, tools)
  const leftovers = [
    ...clusters.leftovers,
    ...objects.leftovers,
    ...left.map((what) => ({
      what,
      why: 'it did not end when it was killed',
      remedy: 'End it by hand, then run cleanup again.',
    })),
  ]
  if (leftovers.length === 0) {
    if (!isClosed(entries)) closeLedger(join(path, 'ledger.ndjson'), tools.now())
    rmSync(path, { recursive: true, force: true })
  }
  // An open ledger alone is no news: its run ended without a word, and nothing of it was left.
  return { run, removed: [...ended, ...clusters.removed, ...objects.removed, ...folders], leftovers, running: false }
}

/** Those that the run did not delete itself. Its processes have ended by now: a kind that still made one would go on. */
async function deleteClusters(
  run: string,
  entries: readonly LedgerEntry[],
  { deleteCluster }: CleanupTools,
): Promise<ClusterCleaned> {
  const gone = new Set(entries.flatMap((entry) => (entry.entry === 'gone' ? [entry.id] : [])))
  const removed: string[] = []
  const leftovers: Leftover[] = []
  for (const entry of entries) {
    if (entry.entry !== 'kind-cluster' || gone.has(entry.id)) continue
    const what = `kind cluster ${entry.name}`
    const remedy = `Delete it by hand: \`kind delete cluster --name ${entry.name}\`.`
    const left = deleteCluster ? await deleteCluster(run, entry) : [{ what, why: 'it is not known here', remedy }]
    if (left.length === 0) removed.push(what)
    leftovers.push(...left)
  }
  return { removed, leftovers }
}

async function removeFromCluster(
  run: string,
  entries: readonly LedgerEntry[],
  { removeObjects }: CleanupTools,
): Promise<ClusterCleaned> {
  const open = openObjects(entries)
  if (open.length === 0) return NOTHING
  if (removeObjects) return removeObjects(run, entries)
  const why = 'it is in a cluster, and none can be reached from here'
  const remedy = 'Run cleanup again with --kubeconfig or KUBECONFIG.'
  return { removed: [], leftovers: open.map(({ kind, name }) => ({ what: `${kind} ${name}`, why, remedy })) }
}

function readLedger(path: string): readonly LedgerEntry[] {
  return existsSync(path) ? (readLineFile(path) as readonly LedgerEntry[]) : []
}

function isClosed(entries: readonly LedgerEntry[]): boolean {
  return entries.some(({ entry }) => entry === 'closed')
}

function closeLedger(path: string, at: number): void {
  if (!existsSync(path)) return
  const file = openLineFile(path)
  file.append({ entry: 'closed', at })
  file.close()
}
