import { readFile } from 'node:fs/promises'
import { SeaworthyError } from '../../kit/errors.ts'

/** Time that neither a restart of the daemon nor a step of the wall clock changes; a reboot begins it anew. */
export interface BootClock {
  readonly bootId: string
  /** CLOCK_BOOTTIME in milliseconds, to a hundredth of a second. */
  readonly uptimeMs: () => Promise<number>
}

/** Reads the kernel's own files (proc(5)). Throws SeaworthyError('ENGINE') where they are not to be had. */
export async function openBootClock(procRoot = '/proc'): Promise<BootClock> {
  const read = async (path: string) =>
    readFile(`${procRoot}/${path}`, 'utf8').catch((cause: unknown) => {
      throw new SeaworthyError('ENGINE', `cannot read ${procRoot}/${path}`, { cause })
    })
  const bootId = (await read('sys/kernel/random/boot_id')).trim()
  return { bootId, uptimeMs: async () => Number.parseFloat(await read('uptime')) * 1_000 }
}
