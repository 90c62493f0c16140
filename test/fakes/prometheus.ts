import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that answers the Prometheus HTTP API as a test says, for everything that a real one does not do on request. */
export interface FakePrometheus {
  readonly url: string
  /** Every question, in order. */
  readonly asked: Question[]
  readonly stop: () => Promise<void>
}

export interface Question {
  /** Without `/api/v1/`. */
  readonly path: string
  readonly query: string
  readonly parameters: Readonly<Record<string, string>>
  readonly method: string
  readonly authorization: string | undefined
}

export type Reply =
  | { readonly data: unknown; readonly warnings?: readonly string[] }
  | {
      readonly status?: number
      readonly type?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly text: string
    }
  | { readonly do: (answer: ServerResponse) => void }

const nothing: Reply = { data: { resultType: 'matrix', result: [] } }
export const noVector: Reply = { data: { resultType: 'vector', result: [] } }

/** Samples as the API writes them. Times in milliseconds since the epoch. */
export function matrix(
  ...series: readonly (readonly [
    labels: Readonly<Record<string, string>>,
    samples: readonly (readonly [number, number | string])[],
  ])[]
): Reply {
  return {
    data: {
      resultType: 'matrix',
      result: series.map(([metric, samples]) => ({
        metric,
        values: samples.map(([ms, value]) => [ms / 1_000, String(value)]),
      })),
    },
  }
}

export function failure(status: number, errorType: string, error: string): Reply {
  return { status, text: JSON.stringify({ status: 'error', errorType, error }) }
}

/** `reply` answers what it knows; undefined leaves it to a server that has the right time and no other data. */
export async function startFakePrometheus(reply: (question: Question) => Reply | undefined): Promise<FakePrometheus> {
  const asked: Question[] = []
  const server = createServer(async (request, answer) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const url = new URL(request.url ?? '/', 'http://fake')
    const parameters = Object.fromEntries([...url.searchParams, ...new URLSearchParams(body)])
    const path = url.pathname.replace(/^.*\/api\/v1\//, '')
    const question = {
      path,
      query: parameters.query ?? '',
      parameters,
      method: request.method ?? '',
      authorization: request.headers.authorization,
    }
    asked.push(question)
    send(answer, reply(question) ?? ordinary(question))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop }
}

function ordinary({ path, query }: Question): Reply {
  if (path === 'status/buildinfo') return { data: { version: '2.42.0' } }
  if (query === 'time()')
    return { data: { resultType: 'scalar', result: [Date.now() / 1_000, String(Date.now() / 1_000)] } }
  return path === 'query' && !query.endsWith(']') ? noVector : nothing
}

function send(answer: ServerResponse, reply: Reply): void {
  if ('text' in reply) {
    answer.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/json', ...reply.headers })
    answer.end(reply.text)
  } else if ('data' in reply) {
    answer.writeHead(200, { 'content-type': 'application/json' })
    answer.end(
      JSON.stringify({ status: 'success', data: reply.data, ...(reply.warnings ? { warnings: reply.warnings } : {}) }),
    )
  } else {
    reply.do(answer)
  }
}
