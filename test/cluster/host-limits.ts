import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stateRoot } from './places.ts'

/** What kubelets, proxies and containers of several clusters watch is more than a machine allows one user by default. */
const LIMITS = {
  '/proc/sys/fs/inotify/max_user_instances': 8_192,
  '/proc/sys/fs/inotify/max_user_watches': 1_048_576,
} as const

function memory(): string {
  return join(stateRoot(), 'host-limits.json')
}

/** Raises the machine's limits for clusters and remembers what they were. */
export function raiseLimits(): void {
  if (!existsSync(memory())) {
    const before = Object.fromEntries(Object.keys(LIMITS).map((file) => [file, readFileSync(file, 'utf8').trim()]))
    mkdirSync(dirname(memory()), { recursive: true })
    writeFileSync(`${memory()}.next`, JSON.stringify(before))
    renameSync(`${memory()}.next`, memory())
  }
  for (const [file, value] of Object.entries(LIMITS)) {
    if (Number(readFileSync(file, 'utf8')) < value) writeFileSync(file, String(value))
  }
}

/** Puts them back to what they were before the first cluster. */
export function restoreLimits(): void {
  if (!existsSync(memory())) return
  const before = JSON.parse(readFileSync(memory(), 'utf8')) as Readonly<Record<string, string>>
  for (const [file, value] of Object.entries(before)) writeFileSync(file, value)
  rmSync(memory(), { force: true })
}
