import { closeSync, constants, fstatSync, lstatSync, openSync, truncateSync, unlinkSync } from 'node:fs'
import * as z from 'zod'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { groupsOf } from '../groups/control-group.ts'
import { joined } from '../groups/joined.ts'
import { containerOf, isNode, refuseContainer, shownPod } from '../processes/container-of.ts'
import { forget, keep, kept } from '../processes/kept.ts'
import { runBounded } from '../processes/run-bounded.ts'
import { endWatchdog, startWatchdog, watchdogLeftovers, watchdogPid } from '../watchdog/watchdog.ts'
import { roomFor } from './room.ts'
import { type OpenFolder, openFolder, refusePath, sameFile } from './safe-folder.ts'
import { hostPathOf, openVolume, pidFor, spaceOf } from './volume.ts'

type Fill = Extract<NodeAction, { readonly do: 'fill-disk' }>

const filledSchema = z.strictObject({
  dev: z.string(),
  ino: z.string(),
  bytes: z.number(),
  hostPath: z.string().optional(),
})
type Filled = z.infer<typeof filledSchema>

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
/** Descriptors of the watchdog. */
const FOLDER_HELD = 3
const FILE_HELD = 4
/** Gives the space back by the shell alone; the name goes too where there still is an `rm`. */
const EMPTY = `: > self/fd/${FILE_HELD}
rm -f "self/fd/${FOLDER_HELD}/$1"`
/** A file system that cannot set space aside is written to. In the container's group: memory volumes are charged to it. */
const ALLOCATE = `echo 1000 > /proc/self/oom_score_adj
fallocate -l "$1" /proc/self/fd/3 2>/dev/null || exec head -c "$1" /dev/zero > /proc/self/fd/3`

export function fillName(id: string): string {
  return `.sw-${id}`
}

/**
 * One file in a folder of the container, or of the node. What is in a pod is hostile: the folder is opened part by part
 * without following links, the file is made new, and only the file that was made here is emptied, through the watchdog that
 * holds it open: also when it was renamed, or the container is gone.
 */
export const fillDisk: Mechanism<Fill> = {
  do: 'fill-disk',
  expires: 'watchdog',
  refuse: (action, pod) => {
    const why = refusePath(action.path) ?? (isNode(pod) ? undefined : refuseContainer(pod, action.container))
    if (why !== undefined) return why
    const pid = isNode(pod) ? 1 : containerOf(pod, action.container)?.pid
    try {
      openVolume(pid ?? 0, action.path).close()
      return undefined
    } catch (error) {
      return messageOf(error)
    }
  },
  apply: async (action, pod, context) => {
    const pid = pidFor(pod, action.container)
    if (pid === undefined) throw failure('the container is not running', pod)
    const folder = opened(() => openVolume(pid, action.path), pod)
    try {
      await fill(action, pod, context, folder, pid)
    } finally {
      folder.close()
    }
  },
  undo: async (action, pod, context) => {
    const filled = await kept(context.folder, 'filled', filledSchema)
    if (filled) await emptyThroughWatchdog(context, filled)
    for (const folder of reachable(action, pod, filled)) {
      removeFrom(folder, fillName(context.id), filled)
      folder.close()
    }
    await endWatchdog(context)
    await forget(context.folder, 'filled')
  },
  leftovers: async (action, pod, context) => {
    const filled = await kept(context.folder, 'filled', filledSchema)
    const left = reachable(action, pod, filled).flatMap((folder) => {
      const there = lstatSync(folder.at(fillName(context.id)), { throwIfNoEntry: false }) !== undefined
      folder.close()
      return there ? [`file ${fillName(context.id)} in ${action.path}`] : []
    })
    return [...new Set(left), ...(await watchdogLeftovers(context))]
  },
}

async function fill(action: Fill, pod: PodOnNode, context: NodeContext, folder: OpenFolder, pid: number) {
  const before = await kept(context.folder, 'filled', filledSchema)
  const room = before ?? roomFor(action, spaceOf(folder, pid, action.path))
  if ('why' in room) throw failure(room.why, pod)
  const file = opened(() => openOwn(folder, fillName(context.id), before), pod)
  try {
    const { dev, ino } = fstatSync(file, { bigint: true })
    const hostPath = hostPathOf(pid, action.path)
    const filled = { dev: String(dev), ino: String(ino), bytes: room.bytes, ...(hostPath && { hostPath }) }
    await keep(context.folder, 'filled', filled)
    const own = `/proc/${process.pid}/fd`
    await startWatchdog(context, {
      place: 'here',
      script: EMPTY,
      words: [fillName(context.id)],
      holds: [
        { path: `${own}/${folder.descriptor}`, mode: 'read' },
        { path: `${own}/${file}`, mode: 'append' },
      ],
    })
    await allocate(pod, action, context, file, room.bytes)
    const { blocks } = fstatSync(file)
    if (blocks * 512 < room.bytes) throw failure(`only ${blocks * 512} of ${room.bytes} bytes could be filled`, pod)
  } finally {
    closeSync(file)
  }
}

/** The file that this action made before, or a new one: never one that was there. */
function openOwn(folder: OpenFolder, name: string, before: Filled | undefined): number {
  const path = folder.at(name)
  try {
    return openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !before) throw error
  }
  const file = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  if (sameFile(file, before)) return file
  closeSync(file)
  throw new Error(`${name} is somebody else's file`)
}

async function allocate(pod: PodOnNode, action: Fill, context: NodeContext, file: number, bytes: number) {
  const words = ['sh', '-c', ALLOCATE, `sw-${context.id}`, String(bytes)]
  const container = containerOf(pod, action.container)
  const command = container ? joined(context, groupsOf(context, container.id), words) : words
  const ending = await runBounded(command, { timeoutMs: Math.max(1_000, context.remainingMs), files: [file] })
  if (ending.exitCode !== 0)
    throw failure(`the file could not be filled: ${ending.stderr.trim() || 'it was killed'}`, pod)
}

async function emptyThroughWatchdog(context: NodeContext, filled: Filled): Promise<void> {
  const pid = await watchdogPid(context)
  if (pid === undefined) return
  try {
    const path = `/proc/${pid}/fd/${FILE_HELD}`
    const file = openSync(path, O_RDWR | O_NONBLOCK)
    const ours = sameFile(file, filled)
    closeSync(file)
    if (ours) truncateSync(path)
  } catch (error) {
    // It has done its work and ended meanwhile.
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** The folder as the container has it, and as the host has it when that container is gone. The caller closes them. */
function reachable(action: Fill, pod: PodOnNode, filled: Filled | undefined): readonly OpenFolder[] {
  const pid = pidFor(pod, action.container)
  const tries = [
    ...(pid === undefined ? [] : [() => openVolume(pid, action.path)]),
    ...(filled?.hostPath === undefined ? [] : [() => openFolder('/proc/1/root', filled.hostPath ?? '/')]),
  ]
  return tries.flatMap((open) => {
    try {
      return [open()]
    } catch {
      return []
    }
  })
}

/** Our own file, or an empty one: made before it was written down, or seen through the layer below an overlay. No link is followed. */
function removeFrom(folder: OpenFolder, name: string, filled: Filled | undefined): void {
  const path = folder.at(name)
  const entry = lstatSync(path, { throwIfNoEntry: false, bigint: true })
  if (!entry?.isFile()) return
  const ours = String(entry.dev) === filled?.dev && String(entry.ino) === filled.ino
  if (ours || entry.size === 0n) unlinkSync(path)
}

function opened<T>(open: () => T, pod: PodOnNode): T {
  try {
    return open()
  } catch (error) {
    throw failure(messageOf(error), pod, error)
  }
}

function failure(why: string, pod: PodOnNode, cause?: unknown): SeaworthyError {
  return new SeaworthyError('ENGINE', why, { target: shownPod(pod), cause })
}
