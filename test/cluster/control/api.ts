import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { SeaworthyError } from '../../../src/kit/errors.ts'
import type { Shape } from '../shape.ts'

interface Answer {
  readonly status: number
  readonly text: string
}

/** A call of the API server, which never redirects and always answers. Rejects when it cannot be reached. */
export type Api = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>

/** The API server of a cluster, for those who hold `token`. */
export function apiOf(shape: Shape, token: string): Api {
  const ca = readFileSync(join(shape.folder, 'pki/ca.crt'))
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const call = request(`${shape.server}${path}`, { method, headers, ca, timeout: 5_000 }, async (response) => {
        try {
          resolve({ status: response.statusCode ?? 0, text: await textOf(response) })
        } catch (error) {
          reject(error)
        }
      })
      call.on('timeout', () => call.destroy(new Error('no answer')))
      call.on('error', reject)
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The object at a path, or undefined when it cannot be had now. */
export async function read<T>(api: Api, path: string): Promise<T | undefined> {
  try {
    const { status, text } = await api('GET', path)
    return status === 200 ? (JSON.parse(text) as T) : undefined
  } catch {
    return undefined
  }
}

/** Creates an object; one that is there already is left as it is. Throws `PLATFORM` with the API server's reason. */
export async function create(api: Api, path: string, body: unknown): Promise<void> {
  const { status, text } = await api('POST', path, body)
  if (status === 201 || status === 409) return
  throw new SeaworthyError('PLATFORM', `creating at ${path} was answered ${status}: ${text.slice(0, 500)}`)
}
