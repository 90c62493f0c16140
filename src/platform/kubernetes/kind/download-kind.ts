import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf, SeaworthyError } from '../../../kit/errors.ts'
import type { KindDownload } from './kind-release.ts'

const MOST_REDIRECTS = 5
const MOST_BYTES = 100_000_000
const WHOLE_MS = 300_000

/**
 * Brings the binary to `path` and returns when it is there, whole, verified and executable; one that is there and has the
 * checksum is kept. Other processes may do the same at the same time. Proxies are those of the environment.
 * Throws SeaworthyError('PLATFORM'), the signal's reason.
 */
export async function downloadKind(
  download: KindDownload,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  if ((await checksumOf(path)) === download.sha256) return
  await mkdir(dirname(path), { recursive: true })
  const half = `${path}.${randomUUID()}.half`
  try {
    const whole = AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)])
    await save(await follow(new URL(download.url), environment, whole), half, whole)
    const found = await checksumOf(half)
    if (found !== download.sha256) throw wrongChecksum(download, found ?? '')
    await chmod(half, 0o755)
    await rename(half, path)
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof SeaworthyError) throw cause
    throw failed(download.url, messageOf(cause), cause)
  } finally {
    await rm(half, { force: true })
  }
}

async function checksumOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}

async function save(answer: IncomingMessage, path: string, signal: AbortSignal): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  let bytes = 0
  await pipeline(
    answer,
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`)
        await file.write(chunk)
      }
    },
    { signal },
  )
  await file.sync()
}

/** The answer with status 200 at the end of the redirects. */
async function follow(
  from: URL,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let url = from
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await ask(url, environment, signal)
    const { statusCode = 0, headers } = answer
    if (statusCode === 200) return answer
    answer.resume()
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined)
      throw new Error(`${url.origin} answered ${statusCode}`)
    const next = new URL(headers.location, url)
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new Error(`${url.origin} leads away from https`)
    url = next
  }
  throw new Error('there were too many redirects')
}

function ask(
  url: URL,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:'
  const proxyEnv = { ...environment }
  const agent = secure ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = (secure ? httpsRequest : httpRequest)(url, { agent, signal })
  request.once('response', resolve)
  request.once('error', reject)
  request.end()
  return promise
}

function wrongChecksum({ url, sha256 }: KindDownload, found: string): SeaworthyError {
  return new SeaworthyError('PLATFORM', `what came from ${url} is not kind: its SHA-256 is ${found}, not ${sha256}`, {
    target: url,
    remedy: 'Find out who changed it on the way. Until then install kind yourself and name it with --kind-binary.',
  })
}

function failed(url: string, why: string, cause: unknown): SeaworthyError {
  return new SeaworthyError('PLATFORM', `kind could not be downloaded from ${url}: ${why}`, {
    target: url,
    cause,
    remedy: 'Let this machine reach it (HTTPS_PROXY is honoured), or install kind and put it in PATH.',
  })
}
