import { basename, isAbsolute, resolve } from 'node:path'
import * as z from 'zod'
import { type Clock, systemClock } from '../kit/clock.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import { exec } from '../kit/exec.ts'
import { shown } from '../kit/shown.ts'
import type { CredentialSource, Credentials } from './connection.ts'
import type { ConnectionRequest } from './connection-request.ts'
import type { ExecEntry } from './kubeconfig.ts'

export interface ExecFacts {
  readonly file: string
  readonly folder: string
  readonly entry: ExecEntry
  readonly server: URL
  readonly ca: string | undefined
  readonly request: ConnectionRequest
}

const PLUGIN_MS = 60_000
/** A credential that ends within this is asked for anew. */
const EARLY_MS = 30_000

const answerSchema = z.looseObject({
  kind: z.literal('ExecCredential'),
  apiVersion: z.string(),
  status: z.looseObject({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
})

/**
 * A credential plugin (client.authentication.k8s.io), run only when its absolute path is allowed: a kubeconfig may come
 * from somebody else and can name any program. Kept until it says that it ends. Throws SeaworthyError('PLATFORM').
 */
export function execCredentials(facts: ExecFacts, clock: Clock = systemClock): CredentialSource {
  const program = allowedProgram(facts)
  let known: { readonly credentials: Credentials; readonly endsAt: number } | undefined
  let running: Promise<Credentials> | undefined
  const run = async () => {
    known = await askPlugin(program, facts)
    return known.credentials
  }
  const once = () => {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }
  return {
    current: async () => (known && clock.now() < known.endsAt - EARLY_MS ? known.credentials : once()),
    renew: async () => {
      await once()
      return true
    },
  }
}

/** A bare name means the allowed program of that name: PATH is somebody else's as well. */
function allowedProgram({ file, folder, entry, request }: ExecFacts): string {
  const allowed = (request.allowExec ?? []).filter((path) => isAbsolute(path))
  const { command } = entry
  const found = /[/\\]/.test(command)
    ? allowed.find((path) => path === resolve(folder, command))
    : allowed.find((path) => basename(path) === command)
  if (found !== undefined) return found
  throw new SeaworthyError(
    'PLATFORM',
    `${file} wants to run ${shown(command)} for its credentials, which is not allowed`,
    {
      target: file,
      remedy: 'Allow its absolute path, or use a kubeconfig with a token of a service account.',
    },
  )
}

async function askPlugin(program: string, { file, entry, server, ca }: ExecFacts) {
  const cluster = {
    server: server.href,
    ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
  }
  const info = {
    apiVersion: entry.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(entry.provideClusterInfo ? { cluster } : {}) },
  }
  const own = Object.fromEntries((entry.env ?? []).map(({ name, value }) => [name, value]))
  const ending = await exec(program, entry.args ?? [], {
    env: { ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    timeoutMs: PLUGIN_MS,
  }).catch((cause: unknown) => {
    throw failed(file, program, messageOf(cause))
  })
  if (ending.exitCode !== 0) throw failed(file, program, `it ended with ${ending.signal ?? `code ${ending.exitCode}`}`)
  return readAnswer(ending.stdout, entry, file, program)
}

/** Nothing of what it wrote is in a message: it may be a secret. */
function readAnswer(stdout: string, entry: ExecEntry, file: string, program: string) {
  const { success, data } = answerSchema.safeParse(jsonOf(stdout))
  if (!success || data.apiVersion !== entry.apiVersion)
    throw failed(file, program, `it did not answer with an ExecCredential of ${entry.apiVersion}`)
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = data.status
  if (!token && !(cert && key)) throw failed(file, program, 'it answered without a token or certificate')
  const endsAt = expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(expirationTimestamp)
  return {
    credentials: { ...(token ? { token } : {}), ...(cert && key ? { cert, key } : {}) },
    endsAt: Number.isNaN(endsAt) ? 0 : endsAt,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function failed(file: string, program: string, why: string): SeaworthyError {
  return new SeaworthyError('PLATFORM', `${program} gave no credentials for ${file}: ${why}`, {
    target: program,
    remedy: 'Run it by hand to see what it says, for example after a new login.',
  })
}
