import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { start } from '../../src/kit/exec.ts'
import { SYSTEM_PATH } from './tools.ts'

/**
 * Does `work` while no other process does work under the same lock file. The kernel's lock is held by a child that ends
 * with its input, and so with us however we end: a killed program blocks nobody, and nobody has to guess whether it is
 * dead. The empty file stays.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  const holder = start('flock', [file, 'sh', '-c', 'echo locked && exec cat'], {
    // A terminal's Ctrl-C must not free the lock before it has ended us.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: SYSTEM_PATH },
  })
  if (!holder.stdin || !holder.stdout) throw new Error('the lock has no input or output')
  const ended = once(holder, 'exit')
  await Promise.race([once(holder.stdout, 'data'), ended.then(() => Promise.reject(new Error(`no lock on ${file}`)))])
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await ended
  }
}
