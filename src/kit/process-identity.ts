import { readFileSync } from 'node:fs'
import { execNow } from './exec.ts'

/** A pid and when its process started: a pid alone may have been given to somebody else since. */
export interface Identity {
  readonly pid: number
  /** Clock ticks since boot on Linux, the local start time in words elsewhere. */
  readonly startTime: string
}

/** Of what may run no process. */
type MaybeIdentity = { readonly [Name in keyof Identity]: Identity[Name] | undefined }

/** What `/proc/PID/stat` says; times in clock ticks. */
export interface ProcessStat {
  readonly pid: number
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly startTime: string
  readonly cpuTicks: number
  readonly residentPages: number
}

/** Who has this pid now, or undefined when nobody has, or only a dead one that was not collected yet. */
export function identityOf(pid: number): Identity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid)
}

/** Both are known, and are one process. */
export function isSameProcess(one: MaybeIdentity | undefined, other: MaybeIdentity | undefined): boolean {
  return one?.pid !== undefined && one.pid === other?.pid && one.startTime === other.startTime
}

/** The very process is still there: same pid, same start time, and not a zombie. */
export function isAlive(identity: Identity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime
}

/** Reads one `/proc/PID/stat` line (proc(5)). The name is in parentheses and may hold anything, parentheses too. Undefined when it is not one. */
export function parseStat(text: string): ProcessStat | undefined {
  const nameEnd = text.lastIndexOf(')')
  const pid = Number.parseInt(text, 10)
  const fields = text.slice(nameEnd + 2).split(' ')
  const startTime = fields[19]
  if (nameEnd < 0 || !Number.isInteger(pid) || startTime === undefined) return undefined
  return {
    pid,
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    startTime,
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    residentPages: Number(fields[21]),
  }
}

/** Zombies and the dead hold their pid until they are collected, but do nothing any more. */
export function isOver(state: string): boolean {
  return /^[ZXx]/.test(state)
}

function linuxIdentity(pid: number): Identity | undefined {
  const stat = readStat(pid)
  return stat && !isOver(stat.state) ? { pid, startTime: stat.startTime } : undefined
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

function portableIdentity(pid: number): Identity | undefined {
  const [state = '', ...start] = (execNow('ps', ['-o', 'state=,lstart=', '-p', String(pid)]) ?? '').trim().split(/\s+/)
  return start.length === 0 || isOver(state) ? undefined : { pid, startTime: start.join(' ') }
}
