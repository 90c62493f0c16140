import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, sha256 } from '../../kit/canonical-json.ts'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { entryKey, type JournalEntry } from './journal-entry.ts'

/**
 * What is on this node and how to undo it: one file for each fault on each target, on the disk before anything is touched.
 * A file is whole or not there, and carries its digest; one that cannot be read is put aside, and reported, never skipped.
 */
export interface Journal {
  /** On the disk, file and folder, when it resolves. Throws SeaworthyError('ENGINE'). */
  readonly write: (entry: JournalEntry) => Promise<void>
  readonly remove: (faultUid: string, targetUid: string) => Promise<void>
  /** What a former daemon wrote. */
  readonly read: () => Promise<JournalContent>
}

export interface JournalContent {
  readonly entries: readonly JournalEntry[]
  readonly unreadable: readonly Unreadable[]
}

interface Unreadable {
  readonly file: string
  readonly why: string
  /** As its name says; empty where that says nothing. */
  readonly faultUid: string
  readonly targetUid: string
}

const VERSION = 1
const NAME = /^([0-9A-Za-z-]{1,64})_([0-9A-Za-z-]{1,64})\.json$/
const UNREADABLE = 'unreadable'

/** Opens the journal in a folder of the node, which is made where it is missing. */
export async function openJournal(folder: string): Promise<Journal> {
  await mkdir(join(folder, UNREADABLE), { recursive: true, mode: 0o700 })
  return {
    write: async (entry) => {
      const path = pathOf(folder, entry.fault.uid, entry.target.uid)
      try {
        await writeWhole(folder, path, sealed(entry))
      } catch (cause) {
        throw new SeaworthyError('ENGINE', `cannot write ${path}`, {
          cause,
          remedy: 'Make room on the node, and look whether the folder can be written.',
        })
      }
    },
    remove: async (faultUid, targetUid) => {
      await rm(pathOf(folder, faultUid, targetUid), { force: true })
    },
    read: () => readAll(folder),
  }
}

/** Throws for a UID that could lead out of the folder: it comes from whoever wrote the object. */
function pathOf(folder: string, faultUid: string, targetUid: string): string {
  const name = `${entryKey(faultUid, targetUid)}.json`
  if (!NAME.test(name)) throw new SeaworthyError('ENGINE', `${JSON.stringify(name)} cannot be the name of a file`)
  return join(folder, name)
}

function sealed(entry: JournalEntry): string {
  const body = canonicalJson(entry)
  return `{"version":${VERSION},"sha256":"${sha256(body)}","entry":${body}}\n`
}

async function writeWhole(folder: string, path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  const directory = await open(folder, 'r')
  await directory.sync().finally(() => directory.close())
}

async function readAll(folder: string): Promise<JournalContent> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  const aside = (await readdir(join(folder, UNREADABLE))).map((name) =>
    unreadable(join(folder, UNREADABLE, name), name, 'it was put aside before'),
  )
  const read = await Promise.all(names.map((name) => readOne(folder, name)))
  return {
    entries: read.flatMap((one) => (one.ok ? [one.entry] : [])),
    unreadable: [...read.flatMap((one) => (one.ok ? [] : [one.unreadable])), ...aside],
  }
}

type Read =
  | { readonly ok: true; readonly entry: JournalEntry }
  | { readonly ok: false; readonly unreadable: Unreadable }

async function readOne(folder: string, name: string): Promise<Read> {
  try {
    const entry = opened(await readFile(join(folder, name), 'utf8'))
    if (`${entryKey(entry.fault.uid, entry.target.uid)}.json` !== name) throw new Error('its name is of another entry')
    return { ok: true, entry }
  } catch (error) {
    const aside = join(folder, UNREADABLE, name)
    await rename(join(folder, name), aside)
    return { ok: false, unreadable: unreadable(aside, name, messageOf(error)) }
  }
}

/** Only this program writes there, so that what bears the right digest is what it wrote. */
function opened(text: string): JournalEntry {
  const parsed = JSON.parse(text) as { version?: unknown; sha256?: unknown; entry?: JournalEntry }
  if (parsed.version !== VERSION) throw new Error(`it is of version ${String(parsed.version)}`)
  if (!parsed.entry || sha256(canonicalJson(parsed.entry)) !== parsed.sha256) throw new Error('its digest does not fit')
  return parsed.entry
}

function unreadable(file: string, name: string, why: string): Unreadable {
  const [, faultUid = '', targetUid = ''] = NAME.exec(name) ?? []
  return { file, why, faultUid, targetUid }
}
