import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseDocument } from 'yaml'
import * as z from 'zod'
import { messageOf, SeaworthyError } from '../kit/errors.ts'

const MAX_BYTES = 4 * 1024 * 1024

const text = z.string().max(1024 * 1024)
const flag = z.boolean().optional()
const optional = text.optional()

const clusterSchema = z.looseObject({
  server: text,
  'certificate-authority': optional,
  'certificate-authority-data': optional,
  'tls-server-name': optional,
  'insecure-skip-tls-verify': flag,
  'proxy-url': optional,
})
const execSchema = z.looseObject({
  apiVersion: text,
  command: text,
  args: z.array(text).nullish(),
  env: z.array(z.looseObject({ name: text, value: text })).nullish(),
  provideClusterInfo: flag,
})
const userSchema = z.looseObject({
  'client-certificate': optional,
  'client-certificate-data': optional,
  'client-key': optional,
  'client-key-data': optional,
  token: optional,
  tokenFile: optional,
  username: optional,
  password: optional,
  as: optional,
  'as-uid': optional,
  'as-groups': z.array(text).nullish(),
  'as-user-extra': z.record(z.string(), z.array(text)).nullish(),
  'auth-provider': z.unknown().optional(),
  exec: execSchema.nullish(),
})
const contextSchema = z.looseObject({ cluster: text, user: optional, namespace: optional })

const fileSchema = z.looseObject({
  'current-context': optional.nullable(),
  clusters: z.array(z.looseObject({ name: text, cluster: clusterSchema })).nullish(),
  users: z.array(z.looseObject({ name: text, user: userSchema.nullish() })).nullish(),
  contexts: z.array(z.looseObject({ name: text, context: contextSchema })).nullish(),
})

/** Where an entry was found: paths in it count from that file's folder. */
export interface Found<T> {
  readonly file: string
  readonly folder: string
  readonly value: T
}
export type ClusterEntry = z.infer<typeof clusterSchema>
export type UserEntry = z.infer<typeof userSchema>
export type ContextEntry = z.infer<typeof contextSchema>
export type ExecEntry = z.infer<typeof execSchema>

/** Several files as one: the first to name a thing is believed, as kubectl does. */
export interface Kubeconfig {
  readonly files: readonly string[]
  readonly currentContext: string | undefined
  readonly clusters: ReadonlyMap<string, Found<ClusterEntry>>
  readonly users: ReadonlyMap<string, Found<UserEntry>>
  readonly contexts: ReadonlyMap<string, Found<ContextEntry>>
}

/** Reads and merges them. Missing ones are left out when `missing` is `skip`. Throws SeaworthyError('PLATFORM') with file, reason, remedy. */
export async function readKubeconfigs(files: readonly string[], missing: 'skip' | 'refuse'): Promise<Kubeconfig> {
  const clusters = new Map<string, Found<ClusterEntry>>()
  const users = new Map<string, Found<UserEntry>>()
  const contexts = new Map<string, Found<ContextEntry>>()
  const read: string[] = []
  let currentContext: string | undefined
  for (const file of files) {
    const source = await readLimited(file, missing)
    if (source === undefined) continue
    const folder = dirname(file)
    const found = parseFile(file, source)
    read.push(file)
    currentContext ||= found['current-context'] || undefined
    for (const { name, cluster } of found.clusters ?? []) keepFirst(clusters, name, { file, folder, value: cluster })
    for (const { name, user } of found.users ?? []) keepFirst(users, name, { file, folder, value: user ?? {} })
    for (const { name, context } of found.contexts ?? []) keepFirst(contexts, name, { file, folder, value: context })
  }
  return { files: read, currentContext, clusters, users, contexts }
}

function keepFirst<T>(map: Map<string, T>, name: string, value: T): void {
  if (!map.has(name)) map.set(name, value)
}

async function readLimited(file: string, missing: 'skip' | 'refuse'): Promise<string | undefined> {
  try {
    await using handle = await open(file, 'r')
    const stat = await handle.stat()
    if (!stat.isFile() && !stat.isFIFO()) throw new Error('it is not a file')
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of handle.createReadStream({ autoClose: false, end: MAX_BYTES }) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
    }
    if (length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`)
    return Buffer.concat(chunks).toString('utf8')
  } catch (cause) {
    if (missing === 'skip' && (cause as { code?: unknown }).code === 'ENOENT') return undefined
    throw unusable(file, messageOf(cause), 'Name a kubeconfig that this user may read.')
  }
}

/** Nothing of the file's text is in a message: any of it may be a secret. */
function parseFile(file: string, source: string): z.infer<typeof fileSchema> {
  const document = parseDocument(source, { uniqueKeys: true })
  const broken = document.errors[0]
  if (broken) {
    const line = broken.linePos?.[0].line
    throw unusable(`${file}${line === undefined ? '' : `:${line}`}`, `it is not YAML (${broken.code})`, EXPECTED)
  }
  const parsed = fileSchema.safeParse(documentValue(file, document) ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw unusable(file, `${issue?.path.join('.') || 'the document'} is not as expected (${issue?.code})`, EXPECTED)
}

function documentValue(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 })
  } catch {
    throw unusable(file, 'its aliases multiply', EXPECTED)
  }
}

const EXPECTED = 'Write it anew with `kubectl config view --flatten --minify`.'

function unusable(file: string, why: string, remedy: string): SeaworthyError {
  return new SeaworthyError('PLATFORM', `the kubeconfig ${file} cannot be used: ${why}`, { target: file, remedy })
}
