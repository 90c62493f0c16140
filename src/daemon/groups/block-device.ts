import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Mount, mountOf, parseMounts, upperFolder } from './mounts.ts'

export type DeviceOrWhy = { readonly device: string } | { readonly why: string }

/**
 * `MAJOR:MINOR` of the disk behind a path of a container, as the block controllers want it: not a partition's, and for a
 * root that is an overlay the disk under the runtime's folder. Reads only.
 */
export function diskBehind(pid: number, path: string): DeviceOrWhy {
  try {
    const inside = mountOf(parseMounts(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')), path)
    if (!inside) return { why: `nothing is mounted at ${path}` }
    const upper = upperFolder(inside)
    if (inside.type === 'overlay' && upper === undefined) return { why: `${path} can only be read` }
    const mount = upper === undefined ? inside : mountOf(parseMounts(readFileSync('/proc/1/mountinfo', 'utf8')), upper)
    if (!mount) return { why: `the disk under ${path} is not mounted on the host` }
    const device = deviceOf(mount)
    return device === undefined
      ? { why: `${path} is ${mount.type}, which is on no disk` }
      : { device: wholeDisk(device) }
  } catch (error) {
    return { why: `the mounts of process ${pid} cannot be read: ${(error as NodeJS.ErrnoException).code}` }
  }
}

/** btrfs and others show a number that is no device, and name the device as their source. */
function deviceOf(mount: Mount): string | undefined {
  if (!mount.device.startsWith('0:')) return mount.device
  if (!mount.source.startsWith('/dev/')) return undefined
  const { rdev } = statSync(join('/proc/1/root', mount.source))
  return `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`
}

/** A partition is a folder in that of its disk (sysfs). */
function wholeDisk(device: string): string {
  const link = `/sys/dev/block/${device}`
  if (!existsSync(join(link, 'partition'))) return device
  return readFileSync(join(dirname(realpathSync(link)), 'dev'), 'utf8').trim()
}
