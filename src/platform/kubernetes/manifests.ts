import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { KubeObject } from '../../kube/kube-client.ts'

const MAX_FILE_BYTES = 8 * 1024 * 1024
const MAX_FILES = 2_000
const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])

const manifestSchema = z.looseObject({
  apiVersion: z.string().min(1).max(317),
  kind: z.string().min(1).max(63),
  metadata: z.looseObject({
    name: z.string().min(1).max(253),
    namespace: z.string().max(63).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.unknown().optional(),
})

/** One object of a file that is applied. */
export interface Manifest extends KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly spec?: unknown
}

/**
 * The objects of files and folders (with their subfolders), in the order of the names; namespaces and definitions of kinds
 * come first, since the others need them. Paths count from the suite's folder.
 * Throws SeaworthyError('PLATFORM') naming the file.
 */
export async function readManifests(paths: readonly string[], suiteFile: string): Promise<readonly Manifest[]> {
  const files = (await Promise.all(paths.map((path) => filesOf(resolve(dirname(suiteFile), path))))).flat()
  if (files.length > MAX_FILES) throw unreadable(files[0] ?? '', `there are more than ${MAX_FILES} files`)
  const manifests = (await Promise.all([...new Set(files)].map(readFileManifests))).flat()
  return [0, 1, 2].flatMap((rank) => manifests.filter(({ kind }) => rankOf(kind) === rank))
}

function rankOf(kind: string): number {
  if (kind === 'Namespace') return 0
  return kind === 'CustomResourceDefinition' ? 1 : 2
}

async function filesOf(path: string): Promise<readonly string[]> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, messageOf(cause))
  })
  if (!facts.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const found = entries
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (found.length === 0) throw unreadable(path, 'it holds no .yaml, .yml or .json file')
  return found
}

async function readFileManifests(file: string): Promise<readonly Manifest[]> {
  const { size } = await stat(file)
  if (size > MAX_FILE_BYTES) throw unreadable(file, `it has more than ${MAX_FILE_BYTES} bytes`)
  const documents = parseAllDocuments(await readFile(file, 'utf8'))
  return (Array.isArray(documents) ? documents : []).flatMap((document, place) => {
    const where = `${file}${place === 0 ? '' : `, document ${place + 1}`}`
    const error = document.errors[0]
    if (error) throw unreadable(where, error.message.split('\n')[0] ?? 'it is not YAML')
    return objectsIn(where, toValue(where, document))
  })
}

function toValue(where: string, document: { readonly toJS: (options: { maxAliasCount: number }) => unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw unreadable(where, messageOf(cause))
  }
}

function objectsIn(where: string, value: unknown): readonly Manifest[] {
  if (value === null || value === undefined) return []
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown }
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item) => objectsIn(where, item))
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return [parsed.data as unknown as Manifest]
  const issue = parsed.error.issues[0]
  throw unreadable(where, `${issue?.path.join('.') || 'the document'}: ${issue?.message}`)
}

function unreadable(file: string, why: string): SeaworthyError {
  return new SeaworthyError('PLATFORM', `${file} cannot be applied: ${why}`, {
    target: file,
    remedy: 'Write objects with apiVersion, kind and metadata.name, or correct `system.deploy.manifests`.',
  })
}
