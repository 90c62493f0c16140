import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { GroupFolders } from './control-group.ts'

/** What both versions can tell of a group; a member is absent where it cannot be read. */
export interface GroupUse {
  readonly cpuMs: number | undefined
  /** Without the page cache that can be dropped at once, as the kubelet counts it. */
  readonly memoryBytes: number | undefined
  /** Periods in which the CPU limit held something back. */
  readonly throttled: number | undefined
}

/** Reads a group's accounts: cgroup v1 `cpuacct.usage` (ns), v2 `cpu.stat` `usage_usec`. */
export function readUse(groups: GroupFolders): GroupUse {
  const v2 = groups['']
  if (v2 !== undefined) {
    const cpu = table(v2, 'cpu.stat')
    return {
      cpuMs: scaled(cpu.usage_usec, 1e-3),
      memoryBytes: less(number(v2, 'memory.current'), table(v2, 'memory.stat').inactive_file),
      throttled: cpu.nr_throttled,
    }
  }
  return {
    cpuMs: scaled(number(groups.cpuacct, 'cpuacct.usage'), 1e-6),
    memoryBytes: less(
      number(groups.memory, 'memory.usage_in_bytes'),
      table(groups.memory, 'memory.stat').total_inactive_file,
    ),
    throttled: table(groups.cpu, 'cpu.stat').nr_throttled,
  }
}

/** Bytes that a group may still take before its limit, or that of a group above it, is reached; Infinity without a limit. */
export function memoryLeft(groups: GroupFolders): number {
  const own = groups[''] ?? groups.memory
  if (own === undefined) return Number.POSITIVE_INFINITY
  const [limit, usage, cache] =
    groups[''] === undefined
      ? (['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'] as const)
      : (['memory.max', 'memory.current', 'inactive_file'] as const)
  let left = Number.POSITIVE_INFINITY
  for (let folder = own; number(folder, usage) !== undefined; folder = dirname(folder)) {
    const used = less(number(folder, usage), table(folder, 'memory.stat')[cache]) ?? 0
    left = Math.min(left, (number(folder, limit) ?? Number.POSITIVE_INFINITY) - used)
  }
  return left
}

/** Whether an out-of-memory kill takes the whole container (v2 `memory.oom.group`, which kubelets set). */
export function diesAsOne(groups: GroupFolders): boolean {
  return groups[''] !== undefined && number(groups[''], 'memory.oom.group') === 1
}

function table(folder: string | undefined, file: string): Readonly<Record<string, number>> {
  const lines = text(folder, file)?.split('\n') ?? []
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [key, value] = line.split(' ')
      return key && value !== undefined ? [[key, Number(value)] as const] : []
    }),
  )
}

/** Undefined where the file is missing or says `max`. */
function number(folder: string | undefined, file: string): number | undefined {
  const value = text(folder, file)?.trim()
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}

function text(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined) return undefined
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch {
    return undefined
  }
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}

function less(value: number | undefined, part: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, value - (part ?? 0))
}
