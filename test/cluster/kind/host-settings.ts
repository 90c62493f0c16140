import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** What systemd, the kubelet and dockerd in a node write for the whole machine, as real nodes of kind do too. */
const WRITTEN = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/pid_max',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'fs/protected_fifos',
  'fs/protected_hardlinks',
  'fs/protected_regular',
  'fs/protected_symlinks',
] as const

/** The machine's settings as they are now, by file. */
export function readSettings(): Readonly<Record<string, string>> {
  const files = WRITTEN.map((name) => `/proc/sys/${name}`).filter((file) => existsSync(file))
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8').trim()]))
}

/** Puts back those that are no longer as they were. */
export function restoreSettings(before: Readonly<Record<string, string>>): void {
  for (const [file, value] of Object.entries(before)) {
    if (readFileSync(file, 'utf8').trim() !== value) writeFileSync(file, value)
  }
}
