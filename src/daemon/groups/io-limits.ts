import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import type { GroupFolders } from './control-group.ts'

type Throttle = Extract<NodeAction, { readonly do: 'throttle-io' }>

/** One file to write: the line that limits, and the line that puts back what was there. */
export interface LimitFile {
  readonly path: string
  readonly limit: string
  readonly restore: string
}

const V1_FILES = {
  readBytesPerSecond: 'blkio.throttle.read_bps_device',
  writeBytesPerSecond: 'blkio.throttle.write_bps_device',
  readsPerSecond: 'blkio.throttle.read_iops_device',
  writesPerSecond: 'blkio.throttle.write_iops_device',
} as const

const V2_KEYS = {
  readBytesPerSecond: 'rbps',
  writeBytesPerSecond: 'wbps',
  readsPerSecond: 'riops',
  writesPerSecond: 'wiops',
} as const

const KINDS = ['readBytesPerSecond', 'writeBytesPerSecond', 'readsPerSecond', 'writesPerSecond'] as const

/**
 * What to write into a container's group to slow a disk down (kernel: cgroup-v1 blkio-controller, cgroup-v2 `io.max`), with
 * the limits that were there before, for the undo. Empty where the group has no such controller.
 */
export function limitFiles(action: Throttle, groups: GroupFolders, device: string): readonly LimitFile[] {
  const asked = KINDS.flatMap((kind) => (action[kind] === undefined ? [] : [[kind, Math.ceil(action[kind])] as const]))
  const v2 = groups['']
  if (v2 !== undefined) return ioMax(join(v2, 'io.max'), device, asked)
  const { blkio } = groups
  if (blkio === undefined) return []
  return asked.map(([kind, value]) => {
    const path = join(blkio, V1_FILES[kind])
    const before = lineOf(readFileSync(path, 'utf8'), device)
    return { path, limit: `${device} ${value}`, restore: `${device} ${before ?? '0'}` }
  })
}

/** The line that a group has for a device now, without the device. */
function lineOf(text: string, device: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(`${device} `))
    ?.slice(device.length + 1)
}

/** Whether the file says what the line asks for: keys in any order. */
export function holds(text: string, line: string): boolean {
  const [device = '', ...words] = line.split(' ')
  const has = lineOf(text, device)?.split(' ') ?? []
  const nothing = words.every((word) => word === '0' || word.endsWith('=max'))
  return nothing && has.length === 0 ? true : words.every((word) => has.includes(word))
}

function ioMax(
  path: string,
  device: string,
  asked: readonly (readonly [(typeof KINDS)[number], number])[],
): readonly LimitFile[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const before: Readonly<Record<string, string>> = Object.fromEntries(
    (lineOf(text, device) ?? '').split(' ').map((word) => word.split('=')),
  )
  const words = asked.map(([kind, value]) => `${V2_KEYS[kind]}=${value}`)
  const restored = asked.map(([kind]) => `${V2_KEYS[kind]}=${before[V2_KEYS[kind]] ?? 'max'}`)
  return [{ path, limit: `${device} ${words.join(' ')}`, restore: `${device} ${restored.join(' ')}` }]
}
