import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

/** A GitHub over real HTTP that holds every request against GitHub's own API description, and keeps what it was told. */
export interface FakeGitHub {
  readonly url: string
  readonly comments: FakeComment[]
  readonly checkRuns: FakeCheckRun[]
  readonly requests: FakeRequest[]
  /** Requests that the API description does not allow. */
  readonly violations: string[]
  /** Answers the next request that matches with this status, in place of doing it. */
  readonly failNext: (method: string, path: RegExp, status: number, more?: Partial<Failure>) => void
  readonly close: () => Promise<void>
}
interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly text: string
}
interface Failure {
  readonly method: string
  readonly path: RegExp
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly message: string
  /** How many requests it fails; Infinity for all. */
  times: number
  /** Does the request first, then cuts the connection: the answer is lost. */
  readonly loseAnswer: boolean
}
interface FakeComment {
  id: number
  body: string
  user: { login: string; type: string }
  pull: number
}
interface FakeCheckRun {
  id: number
  status: string
  conclusion: string | undefined
  output: { title: string; summary: string; text?: string }
  annotations: unknown[]
  name: string
  headSha: string
}

/** What the requests that we serve may carry; the API description has checked it by then. */
interface ApiBody {
  body?: string
  name?: string
  head_sha?: string
  status?: string
  conclusion?: string
  output?: FakeCheckRun['output'] & { annotations?: unknown[] }
}
interface Operation {
  parameters?: { $ref?: string; name?: string; in?: string; schema?: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
}
const description = JSON.parse(readFileSync(new URL('./github-api.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, { name: string; in: string; schema: object }>>
}
const LIMITS = { comment: 65_536, annotations: 50, output: 65_535 }

export interface FakeGitHubOptions {
  readonly login?: string
  readonly mayAskWhoItIs?: boolean
  /** An Enterprise Server serves its API below `/api/v3`. */
  readonly prefix?: string
}

export async function startFakeGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const login = options.login ?? 'github-actions[bot]'
  const fake = {
    comments: [] as FakeComment[],
    checkRuns: [] as FakeCheckRun[],
    requests: [] as FakeRequest[],
    violations: [] as string[],
  }
  const failures: Failure[] = []
  const prefix = options.prefix ?? ''
  let nextId = 10_000

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const method = request.method ?? 'GET'
    const text = await readBody(request)
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    fake.requests.push({ method, path: url.pathname, authorization: request.headers.authorization, text })
    const found = url.pathname.startsWith(`${prefix}/`)
      ? operationFor(method, url.pathname.slice(prefix.length))
      : undefined
    if (!found) {
      fake.violations.push(`${method} ${url.pathname} is not in the API description`)
      return answer(response, 404, { message: 'Not Found' })
    }
    fake.violations.push(
      ...violationsOf(found.operation, body, url.searchParams).map((what) => `${method} ${url.pathname}: ${what}`),
    )
    const failure = failures.find(
      (candidate) => candidate.times > 0 && candidate.method === method && candidate.path.test(url.pathname),
    )
    if (failure) {
      failure.times -= 1
      if (failure.loseAnswer) response.writeHead = () => response.destroy()
      else return answer(response, failure.status, { message: failure.message }, failure.headers)
    }
    return serve(found.template, method, found.ids, (body ?? {}) as ApiBody, url, response)
  })

  function violationsOf(operation: Operation, body: unknown, query: URLSearchParams): string[] {
    const schema = operation.requestBody?.content['application/json']?.schema
    const problems: string[] = []
    if (schema) {
      const validate = ajv.compile({ ...schema, components: description.components })
      if (!validate(body)) problems.push(ajv.errorsText(validate.errors))
    }
    const named = (operation.parameters ?? []).map((parameter) =>
      parameter.$ref ? description.components.parameters?.[parameter.$ref.split('/').at(-1) ?? ''] : parameter,
    )
    for (const key of query.keys())
      if (!named.some((parameter) => parameter?.in === 'query' && parameter.name === key))
        problems.push(`unknown query parameter ${key}`)
    return problems
  }

  function serve(
    template: string,
    method: string,
    ids: Record<string, string>,
    body: ApiBody,
    url: URL,
    response: ServerResponse,
  ): ServerResponse {
    const key = `${method} ${template}`
    if (key === 'GET /user') {
      return options.mayAskWhoItIs
        ? answer(response, 200, { login, type: 'User' })
        : answer(response, 403, { message: 'Resource not accessible by integration' })
    }
    if (key.startsWith('GET') && template.endsWith('/issues/{issue_number}/comments'))
      return listComments(Number(ids.issue_number), url, response)
    if (key.startsWith('POST') && template.endsWith('/issues/{issue_number}/comments')) {
      const text = body.body ?? ''
      if (text.length > LIMITS.comment)
        return answer(response, 422, { message: 'Body is too long (maximum is 65536 characters)' })
      const comment = {
        id: nextId++,
        body: text,
        user: { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' },
        pull: Number(ids.issue_number),
      }
      fake.comments.push(comment)
      return answer(response, 201, comment)
    }
    if (key.startsWith('PATCH') && template.endsWith('/issues/comments/{comment_id}')) {
      const comment = fake.comments.find(({ id }) => id === Number(ids.comment_id))
      if (!comment) return answer(response, 404, { message: 'Not Found' })
      if (comment.user.login !== login) return answer(response, 403, { message: 'Must have admin rights' })
      comment.body = body.body ?? ''
      return answer(response, 200, comment)
    }
    if (key.startsWith('DELETE') && template.endsWith('/issues/comments/{comment_id}'))
      return removeComment(Number(ids.comment_id), response)
    if (key.startsWith('POST') && template.endsWith('/check-runs')) return createCheck(body, response)
    if (key.startsWith('PATCH') && template.endsWith('/check-runs/{check_run_id}'))
      return updateCheck(Number(ids.check_run_id), body, response)
    return answer(response, 404, { message: 'Not Found' })
  }

  function listComments(pull: number, url: URL, response: ServerResponse): ServerResponse {
    const size = Number(url.searchParams.get('per_page') ?? 30)
    const page = Number(url.searchParams.get('page') ?? 1)
    const all = fake.comments.filter((comment) => comment.pull === pull)
    if (page * size < all.length) {
      const next = new URL(url)
      next.searchParams.set('page', String(page + 1))
      response.setHeader('link', `<${fakeUrl()}${next.pathname}${next.search}>; rel="next"`)
    }
    return answer(response, 200, all.slice((page - 1) * size, page * size))
  }

  function removeComment(id: number, response: ServerResponse): ServerResponse {
    const place = fake.comments.findIndex((comment) => comment.id === id)
    if (place < 0) return answer(response, 404, { message: 'Not Found' })
    if (fake.comments[place]?.user.login !== login) return answer(response, 403, { message: 'Must have admin rights' })
    fake.comments.splice(place, 1)
    return response.writeHead(204).end()
  }

  function createCheck(body: ApiBody, response: ServerResponse): ServerResponse {
    const problem = outputProblem(body.output)
    if (problem) return answer(response, 422, { message: problem })
    const { annotations = [], ...output } = body.output ?? { title: '', summary: '' }
    const check = {
      id: nextId++,
      status: body.status ?? 'queued',
      conclusion: body.conclusion,
      output,
      annotations: [...annotations],
      name: body.name ?? '',
      headSha: body.head_sha ?? '',
    }
    fake.checkRuns.push(check)
    return answer(response, 201, check)
  }

  function updateCheck(id: number, body: ApiBody, response: ServerResponse): ServerResponse {
    const check = fake.checkRuns.find((candidate) => candidate.id === id)
    const problem = check ? outputProblem(body.output) : 'Not Found'
    if (!check || problem) return answer(response, check ? 422 : 404, { message: problem })
    check.annotations.push(...(body.output?.annotations ?? []))
    check.status = body.status ?? check.status
    check.conclusion = body.conclusion ?? check.conclusion
    return answer(response, 200, check)
  }

  const fakeUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...fake,
    url: `${fakeUrl()}${prefix}`,
    failNext: (method, path, status, more = {}) =>
      failures.push({
        method,
        path,
        status,
        headers: {},
        message: `failed with ${status}`,
        times: 1,
        loseAnswer: false,
        ...more,
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function outputProblem(
  output: { summary?: string; text?: string; annotations?: unknown[] } | undefined,
): string | undefined {
  if ((output?.annotations?.length ?? 0) > LIMITS.annotations) return 'annotations exceeds a maximum quantity of 50'
  if ((output?.summary?.length ?? 0) > LIMITS.output || (output?.text?.length ?? 0) > LIMITS.output)
    return 'summary or text exceeds 65535 characters'
  return undefined
}

function operationFor(
  method: string,
  path: string,
): { template: string; operation: Operation; ids: Record<string, string> } | undefined {
  for (const [template, methods] of Object.entries(description.paths)) {
    const pattern = new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
    const match = pattern.exec(path)
    const operation = methods[method.toLowerCase()]
    if (match && operation) return { template, operation, ids: { ...match.groups } }
  }
  return undefined
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
