import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

/** A GitHub over real HTTP that holds every request against GitHub's own API description, and keeps what it was told. */
export interface FakeGitHub {
  readonly url: string
  readonly comments: FakeComment[]
  readonly checkRuns: FakeCheckRun[]
  readonly reviews: FakeReview[]
  /** Who may write to the repository, and who is in which team (`acme/owners`). */
  readonly writers: string[]
  readonly teams: Record<string, string[]>
  readonly requests: FakeRequest[]
  /** Files by `ref:path`, or `path` for every commit. Every commit is there but those in `unknownCommits`. */
  readonly contents: Map<string, string>
  readonly unknownCommits: Set<string>
  readonly pulls: FakePull[]
  /** Attempts of workflow runs by `run/attempt`. */
  readonly runs: Map<string, object>
  /** Requests that the API description does not allow. */
  readonly violations: string[]
  /** Answers the next request that matches with this status, in place of doing it. */
  readonly failNext: (method: string, path: RegExp, status: number, more?: Partial<Failure>) => void
  readonly close: () => Promise<void>
}
/** What becomes of a request on its way. */
export type Fate =
  /** Carried out; with `lost` the answer never comes back. */
  | { readonly kind: 'served'; readonly lost: boolean }
  /** The connection breaks at once, and the request is carried out when `when` resolves. */
  | { readonly kind: 'late'; readonly when: Promise<void> }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: Readonly<Record<string, string>> }

/** How long requests take and what happens to them; without it all are served at once. */
export interface Weather {
  readonly before: (method: string, path: string) => Promise<Fate>
  readonly after: () => Promise<void>
}

interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly headers: IncomingHttpHeaders
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
  /** What happens at GitHub while the request is under way. */
  readonly meanwhile: () => void
}
interface FakeComment {
  id: number
  body: string
  user: { login: string; type: string }
  pull: number
  /** What GitHub tells of every comment; the parts that a test does not care for may be left out. */
  node_id?: string
  created_at?: string
  updated_at?: string
  html_url?: string
  author_association?: string
  /** Told by GraphQL alone. */
  lastEditedAt?: string | null
}
interface FakeReview extends FakeComment {
  state: string
  commit_id: string | null
  submitted_at: string
}
export interface FakePull {
  readonly number: number
  readonly state: 'open' | 'closed'
  readonly head: {
    readonly sha: string
    readonly ref: string
    readonly label: string
    readonly repo: { full_name: string } | null
  }
  readonly base: { readonly sha: string; readonly ref: string; readonly repo: { full_name: string } }
  /** Paths that it changes. */
  readonly files?: readonly string[]
}
interface FakeCheckRun {
  id: number
  status: string
  conclusion: string | undefined
  externalId: string
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
  external_id?: string
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
  readonly weather?: Weather
  /** An app's token may ask by GraphQL who it is; on by default. */
  readonly viewer?: boolean
}

export async function startFakeGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const login = options.login ?? 'github-actions[bot]'
  const fake = {
    comments: [] as FakeComment[],
    checkRuns: [] as FakeCheckRun[],
    reviews: [] as FakeReview[],
    writers: [] as string[],
    teams: {} as Record<string, string[]>,
    requests: [] as FakeRequest[],
    contents: new Map<string, string>(),
    unknownCommits: new Set<string>(),
    pulls: [] as FakePull[],
    runs: new Map<string, object>(),
    violations: [] as string[],
  }
  const failures: Failure[] = []
  const prefix = options.prefix ?? ''
  const graphqlPath = `${prefix.replace(/\/v3$/, '')}/graphql`
  const validators = new Map<object, ValidateFunction>()
  let nextId = 10_000

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const method = request.method ?? 'GET'
    const text = await readBody(request)
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const { headers } = request
    fake.requests.push({ method, path: url.pathname, authorization: headers.authorization, headers, text })
    if (method === 'POST' && url.pathname === graphqlPath) return answerGraphql(body, response)
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
    const serveNow = () => serve(found.template, method, found.ids, (body ?? {}) as ApiBody, url, response)
    if (options.weather) return passThrough(options.weather, method, url.pathname, response, serveNow)
    const failure = failures.find(
      (candidate) => candidate.times > 0 && candidate.method === method && candidate.path.test(url.pathname),
    )
    if (failure) {
      failure.times -= 1
      failure.meanwhile()
      if (failure.loseAnswer) response.writeHead = () => response.destroy()
      else return answer(response, failure.status, { message: failure.message }, failure.headers)
    }
    return serveNow()
  })

  function answerGraphql(body: unknown, response: ServerResponse): ServerResponse {
    const { query, variables = {} } = body as { query: string; variables?: { id?: string } }
    if (query === 'query($id: ID!) { node(id: $id) { ... on Comment { lastEditedAt } } }') {
      const found = [...fake.comments, ...fake.reviews].find(({ node_id }) => node_id === variables.id)
      return answer(response, 200, { data: { node: found ? { lastEditedAt: found.lastEditedAt ?? null } : null } })
    }
    if (query !== '{ viewer { login } }') fake.violations.push(`GraphQL ${query}`)
    if (options.viewer === false)
      return answer(response, 200, { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible' }] })
    return answer(response, 200, { data: { viewer: { login } } })
  }

  function violationsOf(operation: Operation, body: unknown, query: URLSearchParams): string[] {
    const schema = operation.requestBody?.content['application/json']?.schema
    const problems: string[] = []
    if (schema) {
      const validate = validators.get(schema) ?? ajv.compile({ ...schema, components: description.components })
      validators.set(schema, validate)
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
    const read = key.startsWith('GET') ? readings[template] : undefined
    if (read) return read(ids, url, response)
    if (key.startsWith('GET') && template.endsWith('/issues/{issue_number}/comments'))
      return listOf(fake.comments, Number(ids.issue_number), url, response)
    if (key.startsWith('GET') && template.endsWith('/pulls/{pull_number}'))
      return answer(response, 200, { number: Number(ids.pull_number), user: { login: 'ann', type: 'User' } })
    if (template.endsWith('/pulls/{pull_number}/reviews'))
      return listOf(fake.reviews, Number(ids.pull_number), url, response)
    if (template.endsWith('/collaborators/{username}/permission'))
      return answer(response, 200, { permission: fake.writers.includes(ids.username ?? '') ? 'write' : 'read' })
    if (template.startsWith('/orgs/{org}/teams/')) {
      const members = fake.teams[`${ids.org}/${ids.team_slug}`] ?? []
      return members.includes(ids.username ?? '')
        ? answer(response, 200, { state: 'active', role: 'member' })
        : answer(response, 404, { message: 'Not Found' })
    }
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
    if (key.startsWith('GET') && template.endsWith('/issues/comments/{comment_id}')) {
      const comment = fake.comments.find(({ id }) => id === Number(ids.comment_id))
      return comment ? answer(response, 200, comment) : answer(response, 404, { message: 'Not Found' })
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
    if (key.startsWith('GET') && template.endsWith('/commits/{ref}/check-runs'))
      return listChecks(ids.ref ?? '', url, response)
    if (key.startsWith('POST') && template.endsWith('/check-runs')) return createCheck(body, response)
    if (key.startsWith('PATCH') && template.endsWith('/check-runs/{check_run_id}'))
      return updateCheck(Number(ids.check_run_id), body, response)
    return answer(response, 404, { message: 'Not Found' })
  }

  const repository = '/repos/{owner}/{repo}'
  const readings: Readonly<
    Record<string, (ids: Record<string, string>, url: URL, response: ServerResponse) => ServerResponse>
  > = {
    [`${repository}/contents/{path}`]: (ids, url, response) => {
      const path = decodeURIComponent(ids.path ?? '')
      const ref = url.searchParams.get('ref') ?? 'main'
      const text = fake.unknownCommits.has(ref)
        ? undefined
        : (fake.contents.get(`${ref}:${path}`) ?? fake.contents.get(path))
      if (text === undefined) return answer(response, 404, { message: 'Not Found' })
      const content = Buffer.from(text).toString('base64').replaceAll(/.{60}/g, '$&\n')
      return answer(response, 200, { type: 'file', encoding: 'base64', size: text.length, path, content })
    },
    [`${repository}/commits/{ref}`]: ({ ref = '' }, _, response) =>
      fake.unknownCommits.has(ref)
        ? answer(response, 404, { message: 'Not Found' })
        : answer(response, 200, { sha: ref }),
    [`${repository}/commits/{commit_sha}/pulls`]: ({ commit_sha: sha }, url, response) =>
      paged(
        fake.pulls.filter(({ head }) => head.sha === sha),
        url,
        response,
      ),
    [`${repository}/pulls`]: (_, url, response) => {
      const wanted = url.searchParams.get('head')
      const state = url.searchParams.get('state') ?? 'open'
      const found = fake.pulls.filter((pull) => pull.state === state && (wanted === null || pull.head.label === wanted))
      return paged(found, url, response)
    },
    [`${repository}/pulls/{pull_number}/files`]: ({ pull_number: number }, url, response) => {
      const files = fake.pulls.find((pull) => pull.number === Number(number))?.files ?? []
      return paged(
        files.map((filename) => ({ filename, status: 'modified' })),
        url,
        response,
      )
    },
    [`${repository}/actions/runs/{run_id}/attempts/{attempt_number}`]: (ids, _, response) => {
      const run = fake.runs.get(`${ids.run_id}/${ids.attempt_number}`)
      return run ? answer(response, 200, run) : answer(response, 404, { message: 'Not Found' })
    },
  }

  function paged(all: readonly unknown[], url: URL, response: ServerResponse): ServerResponse {
    return answer(response, 200, page(all, url, response))
  }

  function listOf(said: readonly FakeComment[], pull: number, url: URL, response: ServerResponse): ServerResponse {
    const all = said.filter((comment) => comment.pull === pull)
    return answer(response, 200, page(all, url, response))
  }

  function listChecks(ref: string, url: URL, response: ServerResponse): ServerResponse {
    const name = url.searchParams.get('check_name')
    const all = fake.checkRuns.filter((check) => check.headSha === ref && (name === null || check.name === name))
    return answer(response, 200, { total_count: all.length, check_runs: page(all, url, response).map(shownCheck) })
  }

  function page<T>(all: readonly T[], url: URL, response: ServerResponse): readonly T[] {
    const size = Number(url.searchParams.get('per_page') ?? 30)
    const page = Number(url.searchParams.get('page') ?? 1)
    if (page * size < all.length) {
      const next = new URL(url)
      next.searchParams.set('page', String(page + 1))
      response.setHeader('link', `<${fakeUrl()}${next.pathname}${next.search}>; rel="next"`)
    }
    return all.slice((page - 1) * size, page * size)
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
      externalId: body.external_id ?? '',
    }
    fake.checkRuns.push(check)
    return answer(response, 201, shownCheck(check))
  }

  function updateCheck(id: number, body: ApiBody, response: ServerResponse): ServerResponse {
    const check = fake.checkRuns.find((candidate) => candidate.id === id)
    const problem = check ? outputProblem(body.output) : 'Not Found'
    if (!check || problem) return answer(response, check ? 422 : 404, { message: problem })
    check.annotations.push(...(body.output?.annotations ?? []))
    check.status = body.status ?? check.status
    check.conclusion = body.conclusion ?? check.conclusion
    return answer(response, 200, shownCheck(check))
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
        meanwhile: () => undefined,
        ...more,
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function shownCheck({ externalId, annotations, output, headSha, ...check }: FakeCheckRun): object {
  const shown = { ...output, annotations_count: annotations.length }
  return { ...check, head_sha: headSha, external_id: externalId, output: shown }
}

/** Hides the answer of a request that is still carried out. */
function breakOff(response: ServerResponse): void {
  response.writeHead = () => response
  response.end = () => response
}

async function passThrough(
  weather: Weather,
  method: string,
  path: string,
  response: ServerResponse,
  serve: () => ServerResponse,
): Promise<void> {
  const fate = await weather.before(method, path)
  if (fate.kind === 'refused') {
    answer(response, fate.status, { message: `refused with ${fate.status}` }, fate.headers)
    return
  }
  const { socket } = response
  const { writeHead, end } = response
  if (fate.kind === 'late') {
    socket?.destroy()
    breakOff(response)
    void fate.when.then(serve)
    return
  }
  let told: (() => void) | undefined
  response.writeHead = ((...head: Parameters<typeof writeHead>) => {
    response.end = ((...tail: Parameters<typeof end>) => {
      told = () => {
        response.writeHead = writeHead
        response.end = end
        response.writeHead(...head).end(...tail)
      }
      return response
    }) as typeof end
    return response
  }) as typeof writeHead
  serve()
  await weather.after()
  if (fate.lost) socket?.destroy()
  else told?.()
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
