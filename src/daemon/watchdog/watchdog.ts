import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { start } from '../../kit/exec.ts'
import type { NodeContext } from '../../model/cluster/mechanism.ts'
import { fromHostGroups } from '../groups/joined.ts'
import { comesTrue } from '../processes/signals.ts'
import { idsOf, makeGroups, ownGroups, pidsIn, removeGroups } from './own-groups.ts'

/** What ends an effect when the daemon is gone. */
export interface Watchdog {
  /**
   * Shell commands. `here`: built-ins only, in the folder /proc, for the daemon's image may be gone by then; files are held
   * open as descriptors from 3 on. `host`: in the namespaces of the host, with its tools.
   */
  readonly place: 'here' | 'host'
  readonly script: string
  /** `$1`, `$2`, … of the script. Nothing is ever put into its text. */
  readonly words: readonly string[]
  /** Opened before it begins to wait: `read` and `write` for the shell's redirections. Folders are for reading. */
  readonly holds?: readonly { readonly path: string; readonly mode: 'read' | 'write' | 'append' }[]
  /** Default: a moment after the deadline, so that a daemon that lives is the first. */
  readonly afterMs?: number
}

/** The first process of the host, whose namespaces are the host's. Tests have one of their own. */
export const HOST_PID = '1'

const AFTER_DEADLINE_MS = 500
const ARMED = 'armed'
const ARM_MS = 10_000
const END_MS = 5_000

const JOIN = `n=$1; shift
while [ "$n" -gt 0 ]; do echo $$ > "$1/cgroup.procs" || exit 97; shift; n=$((n - 1)); done
exec "$@"`

/**
 * Starts a process that waits for the deadline and then ends the effect, in a control group of its own: when the runtime
 * kills the daemon's container it is not among those killed. Resolves when it has joined, holds its files and waits; start
 * the effect only then. One that waits already is kept. Throws SeaworthyError('ENGINE') when it could not be started.
 */
export async function startWatchdog(context: NodeContext, watchdog: Watchdog, hostPid = HOST_PID): Promise<void> {
  const roots = ownGroups(context)
  if ((await pidsIn(roots, context.id)).length > 0) return
  try {
    const folders = await makeGroups(roots, context.id)
    const command = [...fromHostGroups(context), 'sh', '-c', JOIN, `sw-wd-${context.id}`, String(folders.length)]
    await armed([...command, ...folders, ...waitingShell(context, watchdog, hostPid)])
  } catch (error) {
    await endWatchdog(context)
    throw new SeaworthyError('ENGINE', `no watchdog, no fault: ${messageOf(error)}`, { cause: error })
  }
}

/** Ends it without its having ended anything, and removes its groups. Idempotent; nothing needs to be known of its start. */
export async function endWatchdog(context: Pick<NodeContext, 'id' | 'cgroupRoot' | 'abilities'>): Promise<void> {
  const roots = ownGroups(context)
  const gone = await comesTrue(async () => {
    const pids = await pidsIn(roots, context.id)
    for (const pid of pids) kill(pid)
    await removeGroups(roots, context.id)
    return !(await idsOf(roots)).includes(context.id)
  }, END_MS)
  if (!gone) throw new SeaworthyError('ENGINE', `watchdog ${context.id} did not end`, { target: `sw-wd-${context.id}` })
}

/** First process of a waiting watchdog: what it holds open can be reached through it. */
export async function watchdogPid(context: NodeContext): Promise<number | undefined> {
  return (await pidsIn(ownGroups(context), context.id)).toSorted((a, b) => a - b)[0]
}

/** Names of what is there of it. */
export async function watchdogLeftovers(context: NodeContext): Promise<readonly string[]> {
  return (await idsOf(ownGroups(context))).includes(context.id) ? [`control group sw-wd-${context.id}`] : []
}

/** Removes the groups of those that have done their work; for the daemon's start. Returns the ids of those that still wait. */
export async function removeSpentWatchdogs(
  context: Pick<NodeContext, 'cgroupRoot' | 'abilities'>,
): Promise<readonly string[]> {
  const roots = ownGroups(context)
  for (const id of await idsOf(roots)) {
    if ((await pidsIn(roots, id)).length === 0) await removeGroups(roots, id)
  }
  return idsOf(roots)
}

function waitingShell(
  context: NodeContext,
  { place, script, words, holds = [], afterMs }: Watchdog,
  hostPid: string,
): readonly string[] {
  const ms = afterMs ?? context.remainingMs + AFTER_DEADLINE_MS
  // A host's own `sleep` may know whole seconds only.
  const seconds = place === 'host' ? Math.ceil(ms / 1_000) : Math.max(0, ms) / 1_000
  const open = { read: '<', write: '>', append: '>>' } as const
  const opened = holds.map(({ mode }, index) => `exec ${index + 3}${open[mode]}"$${index + 2}" || exit 98`)
  const text = [
    'set -f',
    'cd /proc || exit 98',
    ...opened,
    `echo ${ARMED}; exec >/dev/null 2>&1`,
    'sleep "$1"',
    `shift ${holds.length + 1}`,
    script,
  ].join('\n')
  const shell = ['sh', '-c', text, 'sh', String(seconds), ...holds.map(({ path }) => path), ...words]
  return place === 'here' ? shell : ['nsenter', '-t', hostPid, '-m', '-u', '-n', '-i', '--', ...shell]
}

/** Starts a process that outlives this one and resolves when it says `armed`. Rejects when it ends without. */
export async function armed([program = '', ...words]: readonly string[]): Promise<void> {
  const child = start(program, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let heard = ''
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it was not ready in time')), ARM_MS)
      child.once('error', reject)
      child.once('close', (code, name) => reject(new Error(`it ended with ${name ?? code}: ${heard.slice(-300)}`)))
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('error', () => undefined)
        stream?.on('data', (chunk: Buffer) => {
          heard += chunk.toString('utf8')
          if (heard.includes(ARMED)) resolve()
        })
      }
    })
  } finally {
    clearTimeout(timer)
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.unref()
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
