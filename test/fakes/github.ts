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
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string | undefined }[]
  /** Requests that the API description does not allow. */
  readonly violations: string[]
  /** Answers the next requests that match with this status, in place of doing them. */
  readonly failNext: (method: string, path: RegExp, status: number) => void
  readonly close: () => Promise<void>
}
export interface FakeComment {
  id: number
  body: string
  user: { login: string; type: string }
  pull: number
}
export interface FakeCheckRun {
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

export async function startFakeGitHub(options: { login?: string; mayAskWhoItIs?: boolean } = {}): Promise<FakeGitHub> {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const login = options.login ?? 'github-actions[bot]'
  const fake = {
    comments: [] as FakeComment[],
    checkRuns: [] as FakeCheckRun[],
    requests: [] as FakeGitHub['requests'],
    violations: [] as string[],
  }
  const failures: { method: string; path: RegExp; status: number }[] = []
  let nextId = 1

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const method = request.method ?? 'GET'
    fake.requests.push({ method, path: url.pathname, authorization: request.headers.authorization })
    const body = await readBody(request)
    const found = operationFor(method, url.pathname)
    if (!found) {
      fake.violations.push(`${method} ${url.pathname} is not in the API description`)
      return answer(response, 404, { message: 'Not Found' })
    }
    fake.violations.push(
      ...violationsOf(found.operation, body, url.searchParams).map((what) => `${method} ${url.pathname}: ${what}`),
    )
    const failure = failures.findIndex((candidate) => candidate.method === method && candidate.path.test(url.pathname))
    if (failure >= 0) {
      const [{ status } = { status: 500 }] = failures.splice(failure, 1)
      return answer(response, status, { message: `failed with ${status}` })
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
    url: fakeUrl(),
    failNext: (method, path, status) => failures.push({ method, path, status }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
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

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}

function answer(response: ServerResponse, status: number, body: unknown): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
