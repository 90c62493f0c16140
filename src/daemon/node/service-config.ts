import { chmod, chown, copyFile, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { sha256 } from '../../kit/canonical-json.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, NodeContext } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refusePath } from '../disk/safe-folder.ts'
import { refuseUnlessNode } from '../processes/container-of.ts'
import { forget, keep, kept } from '../processes/kept.ts'
import { mustRun } from './host.ts'
import type { HostDoor } from './host-door.ts'
import { refuseUnit } from './unit-name.ts'

type Config = Extract<NodeAction, { readonly do: 'node-service-config' }>

const configSchema = z.strictObject({ written: z.string() })
const LARGEST_BYTES = 1024 ** 2

/** Puts the copy back, and lets the unit read it; for a shell of the host. Without a copy it was done before. */
const PUT_BACK = `[ -e "$1" ] || exit 0
mv -f "$1" "$2"
[ -z "$3" ] || systemctl restart "$3"`

/**
 * Replaces a text in a file of the node and restarts the unit that reads it. The copy lies beside the file, so that putting
 * it back is one rename; it is put back only where the file still holds what was written here, and else kept and named.
 */
export function nodeServiceConfig(host: HostDoor): Mechanism<Config> {
  return {
    do: 'node-service-config',
    expires: 'watchdog',
    refuse: (action, pod) =>
      refuseUnlessNode(pod) ??
      refusePath(action.file) ??
      refuseUnit(action.unit) ??
      (action.search === '' ? 'there is no text to search for' : undefined),
    apply: async (action, _pod, context) => {
      const { file, copy } = placesOf(host, action, context)
      const original = await textOf(copy)
      const text = await replaced(action, original === undefined ? file : copy)
      if (original === undefined) await saveCopy(file, copy)
      await keep(context.folder, 'config', { written: sha256(text) })
      const words = [copyOf(action, context.id), action.file, action.unit ?? '']
      await host.startWatchdog(context, { place: 'host', script: PUT_BACK, words })
      await writeLike(copy, file, `${copy}.new`, text)
      await restart(host, action)
    },
    undo: async (action, _pod, context) => {
      const { file, copy } = placesOf(host, action, context)
      const config = await kept(context.folder, 'config', configSchema)
      const original = await textOf(copy)
      if (original !== undefined && (await mayPutBack(file, original, config?.written))) {
        await rename(copy, file)
        await restart(host, action)
      }
      await rm(`${copy}.new`, { force: true })
      await host.endWatchdog(context)
      await forget(context.folder, 'config')
    },
    leftovers: async (action, _pod, context) => {
      const { copy } = placesOf(host, action, context)
      const left = (await textOf(copy)) !== undefined
      return [...(left ? [`copy ${copyOf(action, context.id)}`] : []), ...(await host.watchdogLeftovers(context))]
    },
  }
}

function placesOf(host: HostDoor, action: Config, { id }: NodeContext) {
  return { file: join(host.root, action.file), copy: join(host.root, copyOf(action, id)) }
}

function copyOf({ file }: Config, id: string): string {
  return join(dirname(file), `.sw-${id}-${basename(file)}`)
}

async function replaced({ file, search, replace }: Config, from: string): Promise<string> {
  const text = await textOf(from)
  if (text?.includes(search)) return text.replaceAll(search, () => replace)
  const why = text === undefined ? `there is no ${file}` : `${file} does not contain ${JSON.stringify(search)}`
  throw new SeaworthyError('ENGINE', why, { target: 'node' })
}

/** What was not begun is as it was; what somebody else wrote meanwhile is his. */
async function mayPutBack(file: string, original: string, written: string | undefined): Promise<boolean> {
  const now = await textOf(file)
  return now === undefined || now === original || (written !== undefined && sha256(now) === written)
}

/** Whole or not there at all, with the mode and the owner of the original. */
async function saveCopy(file: string, copy: string): Promise<void> {
  await copyFile(file, `${copy}.new`)
  await finish(file, `${copy}.new`, copy)
}

async function writeLike(like: string, file: string, fresh: string, text: string): Promise<void> {
  const handle = await open(fresh, 'w', 0o600)
  await handle.writeFile(text).finally(() => handle.close())
  await finish(like, fresh, file)
}

async function finish(like: string, fresh: string, path: string): Promise<void> {
  const { mode, uid, gid } = await stat(like)
  await chown(fresh, uid, gid)
  await chmod(fresh, mode & 0o7777)
  const handle = await open(fresh, 'r')
  await handle.sync().finally(() => handle.close())
  await rename(fresh, path)
}

async function restart(host: HostDoor, { unit }: Config): Promise<void> {
  if (unit !== undefined) await mustRun(host.run, ['systemctl', 'restart', unit])
}

async function textOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!found) return undefined
  if (!found.isFile() || found.size > LARGEST_BYTES) {
    throw new SeaworthyError('ENGINE', `${path} is not a file of at most ${LARGEST_BYTES} bytes`, { target: 'node' })
  }
  return readFile(path, 'utf8')
}
