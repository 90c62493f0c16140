import { readFile, writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { containerOf, refuseContainer, requireContainer, shownPod } from '../processes/container-of.ts'
import { processesOf } from '../processes/container-processes.ts'
import { forget, keep, kept } from '../processes/kept.ts'
import { endWatchdog, startWatchdog, watchdogLeftovers } from '../watchdog/watchdog.ts'
import { diskBehind } from './block-device.ts'
import { groupsOf } from './control-group.ts'
import { holds, type LimitFile, limitFiles } from './io-limits.ts'

type Throttle = Extract<NodeAction, { readonly do: 'throttle-io' }>

const keptSchema = z.array(z.strictObject({ path: z.string(), limit: z.string(), restore: z.string() }))

/** Writes to descriptors 3, 4, … the words in their order; each is a line that puts a limit back. */
const RESTORE = `fd=3
for line in "$@"; do
  case $fd in 3) echo "$line" >&3;; 4) echo "$line" >&4;; 5) echo "$line" >&5;; 6) echo "$line" >&6;; esac
  fd=$((fd + 1))
done`

/**
 * Limits what a container reads from and writes to the disk behind one of its paths. Version 1 holds back reads, direct writes
 * and what is synced, not what stays in the page cache. Undone to the limits that were there before.
 */
export const throttleIo: Mechanism<Throttle> = {
  do: 'throttle-io',
  expires: 'watchdog',
  refuse: (action, pod) => {
    const why = refuseContainer(pod, action.container)
    const pid = containerOf(pod, action.container)?.pid
    if (why !== undefined || pid === undefined) return why
    const behind = diskBehind(pid, action.path ?? '/')
    return 'why' in behind ? behind.why : undefined
  },
  apply: async (action, pod, context) => {
    const container = requireContainer(pod, action.container)
    const fail = (why: string) => new SeaworthyError('ENGINE', why, { target: shownPod(pod) })
    const main = processesOf(container.id)[0]
    if (!main) throw fail(`container ${container.name} is not running`)
    const behind = diskBehind(main.pid, action.path ?? '/')
    if ('why' in behind) throw fail(behind.why)
    // What was there before is not read again once our own limits are in place.
    const files =
      (await kept(context.folder, 'io', keptSchema)) ??
      limitFiles(action, groupsOf(context, container.id), behind.device)
    if (files.length === 0) throw fail("the container's control group has no controller for block devices")
    await keep(context.folder, 'io', files)
    await startWatchdog(context, {
      place: 'here',
      script: RESTORE,
      words: files.map(({ restore }) => restore),
      holds: files.map(({ path }) => ({ path, mode: 'write' as const })),
    })
    for (const { path, limit } of files) await writeFile(path, limit, { flag: 'r+' })
    const missing = await unlike(files, 'limit')
    if (missing.length > 0) throw fail(`the limit is not in ${missing.join(', ')}`)
  },
  undo: async (_action, _pod, context) => {
    const files = (await kept(context.folder, 'io', keptSchema)) ?? []
    for (const { path, restore } of files) await writeFile(path, restore, { flag: 'r+' }).catch(unlessGone)
    await endWatchdog(context)
    const left = await unlike(files, 'restore')
    if (left.length > 0) throw new SeaworthyError('ENGINE', `a limit stays in ${left.join(', ')}`)
    await forget(context.folder, 'io')
  },
  leftovers: async (_action, _pod, context) => {
    const files = (await kept(context.folder, 'io', keptSchema)) ?? []
    return [
      ...(await unlike(files, 'restore')).map((path) => `limit in ${path}`),
      ...(await watchdogLeftovers(context)),
    ]
  },
}

/** Files that do not say so; those of a group that is gone say nothing. */
async function unlike(files: readonly LimitFile[], line: 'limit' | 'restore'): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file.path, 'utf8').catch(() => undefined)
      const fine = text === undefined ? line === 'restore' : holds(text, file[line])
      return fine ? [] : [file.path]
    }),
  )
  return found.flat()
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ENODEV') throw error
}
