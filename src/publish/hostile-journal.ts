import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type Journal, journalSchema } from '../model/journal.ts'
import { boundsProblem, textProblem } from './journal-bounds.ts'

/** A journal that somebody else's code wrote, or why it is not taken. */
export type HostileJournal =
  | { readonly kind: 'journal'; readonly journal: Journal }
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'broken'; readonly why: string }

/** A run of 200 experiments has some 10 MB. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * Reads a journal that may be forged: a regular file and no link, of at most 32 MiB, strict JSON in UTF-8, of bounded
 * depth and size, that fits the schema of journals. Nothing that it names is opened. Never rejects.
 */
export async function readHostileJournal(path: string): Promise<HostileJournal> {
  const file = await openRegular(path)
  if ('kind' in file) return file
  try {
    const { size } = await file.stat()
    if (size > MOST_BYTES) return broken(`it has ${size} bytes, and at most ${MOST_BYTES} are read`)
    return parse(await readAll(file))
  } catch {
    return broken('it could not be read')
  } finally {
    await file.close()
  }
}

/** A pipe or a device is refused before it is waited for. */
async function openRegular(path: string): Promise<FileHandle | HostileJournal> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return broken('it is no regular file')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP') return broken('it is a link')
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'missing', why: 'there is no such file' }
      : broken(`it cannot be opened (${code ?? 'unknown error'})`)
  }
}

async function readAll(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(MOST_BYTES + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) return buffer.subarray(0, length)
    length += bytesRead
  }
}

function parse(bytes: Buffer): HostileJournal {
  if (bytes.length > MOST_BYTES) return broken('it grew while it was read')
  const text = decode(bytes)
  if (text === undefined) return broken('it is not text in UTF-8')
  const shape = textProblem(text)
  if (shape !== undefined) return broken(shape)
  const value = parseJson(text)
  if (value === undefined) return broken('it is not JSON')
  const bounds = boundsProblem(value)
  if (bounds !== undefined) return broken(bounds)
  const parsed = journalSchema.safeParse(value)
  if (parsed.success) return { kind: 'journal', journal: parsed.data }
  // Only the place and the kind of the first mistake: its words may quote what was found.
  const [issue] = parsed.error.issues
  return broken(`it is no journal of this version: ${issue?.path.join('.') || 'the whole'} is wrong (${issue?.code})`)
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function broken(why: string): HostileJournal {
  return { kind: 'broken', why }
}
