import { readdir, readFile } from 'node:fs/promises'
import { exec, execNow } from '../../kit/exec.ts'
import { isOver, parseStat } from '../../kit/process-identity.ts'

/** One living process of this machine. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** Process group: on this platform every started command leads one of its own. */
  readonly group: number
  readonly startTime: string
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
  readonly stopped: boolean
  readonly cpuMs: number
  readonly residentBytes: number
}

/** USER_HZ, the same on every architecture that Node runs on. */
const TICK_MS = 10
let pageBytes: number | undefined

/** Every process that this user may look at; zombies are left out. */
export async function processTable(system: NodeJS.Platform = process.platform): Promise<readonly ProcessEntry[]> {
  return system === 'linux' ? linuxTable() : portableTable()
}

/** Words of the command line of each of these processes, joined by spaces; those that are gone are left out. */
export async function commandLines(
  pids: readonly number[],
  system: NodeJS.Platform = process.platform,
): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map()
  if (system !== 'linux') return portableCommandLines(pids)
  const lines = await Promise.all(pids.map(async (pid) => [pid, await readOrNothing(`/proc/${pid}/cmdline`)] as const))
  return new Map(
    lines.flatMap(([pid, line]) => (line === undefined ? [] : [[pid, line.replaceAll('\0', ' ').trimEnd()]])),
  )
}

/**
 * Pids of the processes that were started with any of these `NAME=value` marks in their environment. Only Linux shows
 * the environment of others, and it is the one of the last exec: a program cannot lose it by forking or by a new session.
 */
export async function markedProcesses(marks: readonly string[]): Promise<ReadonlySet<number>> {
  if (process.platform !== 'linux') return new Set()
  const found = await Promise.all(
    (await pidsNow()).map(async (pid) => {
      const environment = await readOrNothing(`/proc/${pid}/environ`)
      const has = environment?.split('\0').some((entry) => marks.includes(entry))
      return has ? [pid] : []
    }),
  )
  return new Set(found.flat())
}

async function linuxTable(): Promise<readonly ProcessEntry[]> {
  const bootMs = await bootTimeMs()
  const stats = await Promise.all((await pidsNow()).map((pid) => readOrNothing(`/proc/${pid}/stat`)))
  return stats.flatMap((text) => {
    const stat = text === undefined ? undefined : parseStat(text)
    if (!stat || isOver(stat.state)) return []
    const { pid, parent, group, startTime, state } = stat
    return [
      {
        pid,
        parent,
        group,
        startTime,
        startedAtMs: bootMs + Number(startTime) * TICK_MS,
        stopped: /^[Tt]/.test(state),
        cpuMs: stat.cpuTicks * TICK_MS,
        residentBytes: stat.residentPages * pageSize(),
      },
    ]
  })
}

/** 4 KiB on most machines, up to 64 KiB on some of ARM. */
function pageSize(): number {
  pageBytes ??= Number(execNow('getconf', ['PAGESIZE']) ?? 4_096)
  return pageBytes
}

async function bootTimeMs(): Promise<number> {
  const seconds = /^btime (\d+)$/m.exec((await readOrNothing('/proc/stat')) ?? '')?.[1]
  return Number(seconds ?? 0) * 1_000
}

async function pidsNow(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

async function portableTable(): Promise<readonly ProcessEntry[]> {
  const { stdout } = await exec('ps', ['-axo', 'pid=,ppid=,pgid=,state=,rss=,time=,lstart='])
  return stdout.split('\n').flatMap((line) => {
    const entry = parsePs(line)
    return entry ? [entry] : []
  })
}

/** One line of `ps -axo pid=,ppid=,pgid=,state=,rss=,time=,lstart=` (POSIX ps with the BSD keyword lstart); undefined for a zombie. */
export function parsePs(line: string): ProcessEntry | undefined {
  const [pid, parent, group, state = '', kilobytes, cpu = '', ...start] = line.trim().split(/\s+/)
  if (start.length === 0 || isOver(state)) return undefined
  const startTime = start.join(' ')
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    startTime,
    startedAtMs: Date.parse(startTime),
    stopped: state.startsWith('T'),
    cpuMs: cpuTimeMs(cpu),
    residentBytes: Number(kilobytes) * 1_024,
  }
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` → ms. */
function cpuTimeMs(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Math.round((Number(days) * 86_400 + seconds) * 1_000)
}

async function portableCommandLines(pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { stdout } = await exec('ps', ['-o', 'pid=,command=', '-p', pids.join(',')])
  const lines = stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line)
    return match ? [[Number(match[1]), match[2] ?? ''] as const] : []
  })
  return new Map(lines)
}
