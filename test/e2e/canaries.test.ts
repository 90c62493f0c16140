import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeGitHub } from '../fakes/github.ts'
import { type FakePrometheus, failure, startFakePrometheus } from '../fakes/prometheus.ts'
import { github, KILL, place, run, useGitHub } from './action-setting.ts'
import { type Canary, canary, encodingsOf, expectNoLeak, filesBelow, leaksIn, type Text, told } from './canaries.ts'
import { seaworthy, type Workplace, workplace } from './gate.ts'
import { startProxy } from './proxy.ts'
import { type Step, TOKEN } from './runner.ts'
import { service, suiteOf } from './suite-of.ts'

const CHATTY = fileURLToPath(new URL('./suites/chatty.mjs', import.meta.url))
const variable = (name: string) => `$\{${name}}`

/** What a job may have: each is another's secret, and each has one place that it is meant for. */
const SECRETS = {
  github: { name: 'github-token', value: TOKEN, core: 'canary/0+9f8e7d6c5b4a' } satisfies Canary,
  stripe: canary('STRIPE_API_KEY'),
  database: canary('DB_PASSWORD'),
  deploy: canary('DEPLOY_SECRET', 'plain'),
  /** Named like nothing special: that it is a secret follows from the suite. */
  login: canary('LOGIN'),
  reader: canary('PROM_READER'),
  proxy: canary('proxy', 'plain'),
}
const ALL_SECRETS = Object.values(SECRETS)

let heard: string
let temp: string
let prometheus: FakePrometheus

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-canaries-'))
  heard = join(folder, 'heard.ndjson')
  temp = join(folder, 'temp')
  mkdirSync(temp)
  prometheus = await startFakePrometheus(({ query, authorization }) =>
    query.includes('queue_lag') ? failure(422, 'bad_data', `what you sent: ${authorization}`) : undefined,
  )
})
afterEach(() => prometheus.stop())

const environment = (): Record<string, string> => ({
  STRIPE_API_KEY: SECRETS.stripe.value,
  DB_PASSWORD: SECRETS.database.value,
  DEPLOY_SECRET: SECRETS.deploy.value,
  LOGIN: SECRETS.login.value,
  PROM_READER: SECRETS.reader.value,
  HEARD: heard,
  TMPDIR: temp,
  NO_PROXY: '127.0.0.1,localhost',
})

const chatty = (more: object = {}) =>
  service({
    command: `exec node ${CHATTY}`,
    env: {
      HEARD: variable('HEARD'),
      STRIPE_API_KEY: variable('STRIPE_API_KEY'),
      DB_PASSWORD: variable('DB_PASSWORD'),
      SAYS: 'STRIPE_API_KEY,DB_PASSWORD',
      ...more,
    },
  })

/** Every secret goes where it is meant to, and is shouted about there. */
const suite = (changes: Readonly<Record<string, unknown>> = {}, more: object = {}) =>
  suiteOf(
    [
      {
        name: 'a step that tells',
        steps: [
          { fault: KILL.fault },
          {
            run: {
              command: `echo "$LOGIN" >&2; echo "$LOGIN" | base64; echo told ${variable('DEPLOY_SECRET')}; exit 1`,
            },
          },
        ],
      },
    ],
    {
      system: { services: { web: chatty(more) } },
      traffic: {
        http: {
          url: 'http://web/',
          method: 'POST',
          rate: '20/s',
          // A busy machine may be slow: nothing here is about how fast it is.
          timeout: '10s',
          headers: { authorization: `Bearer ${variable('LOGIN')}` },
          body: `password=${variable('DB_PASSWORD')}`,
        },
      },
      prometheus: { url: prometheus.url, 'token-from': 'PROM_READER' },
      objectives: [
        { name: 'availability', indicator: { traffic: 'success' }, target: '5%' },
        { name: 'queue', indicator: { prometheus: { value: 'max(queue_lag)' } }, below: 30 },
      ],
      ...changes,
    },
  )

/** What services and fakes got that were meant to. */
const hears = () => (existsSync(heard) ? readFileSync(heard, 'utf8') : '')

const expectNone = (texts: readonly Text[]) => expectNoLeak(texts, ALL_SECRETS)

/** All that a step told its runner, but for the order to mask its token. */
const textOf = (step: Step): Text => ({
  where: 'the log, outputs, state and summary',
  text: JSON.stringify({ ...step, commands: step.commands.filter(({ name }) => name !== 'add-mask') })
    .replaceAll('\\"', '"')
    .replaceAll('\\\\', '\\'),
})

const sentToGitHub = (): Text[] =>
  github().requests.map(({ method, path, text, headers: { authorization: _, ...headers } }) => ({
    where: `${method} ${path}`,
    text: `${path} ${text} ${JSON.stringify(headers)}`,
  }))

const askedOfPrometheus = (): Text[] =>
  prometheus.asked.map(({ authorization: _, ...question }) => ({
    where: `Prometheus ${question.path}`,
    text: JSON.stringify(question),
  }))

describe('the search itself', () => {
  const [one] = [SECRETS.stripe]
  it.each(Object.entries(encodingsOf(one.value)))('finds a secret %s', (encoding, form) => {
    const found = leaksIn([{ where: 'a text', text: `before ${form} after` }], ALL_SECRETS)
    expect(found).toContain(`${one.name} in a text (${encoding})`)
  })

  it.each(['', 'a', 'ab', 'abc'])('finds it in base64 after %j', (before) => {
    const text = Buffer.from(`${before}${one.value} and more`).toString('base64')
    expect(leaksIn([{ where: 'a text', text }], ALL_SECRETS)).not.toEqual([])
  })

  it('finds a part of it, in files too, and nothing where there is nothing', () => {
    writeFileSync(join(temp, 'binary'), Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(one.core.slice(5, 16))]))
    expect(leaksIn(filesBelow(temp), ALL_SECRETS)).toEqual([`${one.name} in ${join(temp, 'binary')} (a part of it)`])
    writeFileSync(join(temp, 'binary'), one.core.slice(5, 12))
    expect(leaksIn(filesBelow(temp), ALL_SECRETS)).toEqual([])
  })
})

describe('the action', () => {
  it('tells each secret to the one who is meant to have it, and to nobody else', async () => {
    await useGitHub(await startFakeGitHub({ prefix: '/api/v3' }))
    const proxy = await startProxy(new URL(github().url).port)
    const where = place(suite())
    const { main, post } = await run(where, {
      apiUrl: 'http://ghes.example/api/v3',
      env: {
        ...environment(),
        GITHUB_SERVER_URL: 'https://ghes.example',
        HTTP_PROXY: `http://ci:${encodeURIComponent(SECRETS.proxy.value)}@127.0.0.1:${proxy.port}`,
      },
    })
    await proxy.close()
    expect(main.exitCode).not.toBe(0)

    expect(github().comments).toHaveLength(1)
    expect(new Set(github().requests.map(({ authorization }) => authorization))).toEqual(new Set([`token ${TOKEN}`]))
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from(`ci:${SECRETS.proxy.value}`).toString('base64')}`)
    expect(new Set(prometheus.asked.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${SECRETS.reader.value}`]),
    )
    for (const { value } of [SECRETS.stripe, SECRETS.database])
      expect(hears()).toContain(`${JSON.stringify({ secret: value })}\n`)
    expect(hears()).toContain(`"authorization":${JSON.stringify(`Bearer ${SECRETS.login.value}`)}`)
    expect(hears()).toContain(`"body":${JSON.stringify(`password=${SECRETS.database.value}`)}`)

    // What is not theirs does not reach them either.
    expect(leaksIn([{ where: 'service', text: hears() }], [SECRETS.github, SECRETS.reader, SECRETS.proxy])).toEqual([])
    expectNone([
      ...[main, post].map(textOf),
      ...filesBelow(where.folder, where.temp, temp),
      ...sentToGitHub(),
      ...askedOfPrometheus(),
    ])
    const journal = readFileSync(join(where.reports, 'journal.json'), 'utf8')
    expect(journal).toMatch(/exit code 1: \*{3}\\n\*{3}.{0,4}\\ntold \*{3}"/)
    expect(journal).toContain('what you sent: Bearer ***')
    const log = readFileSync(join(where.reports, 'logs', 'web-1.log'), 'utf8')
    expect(log).toContain('chatty: ***\nchatty json "***"\nchatty url http://x/?a=***\n')
  })

  it('shows none in a plan, nor in what it refuses', async () => {
    const env = environment()
    const planned = place(suite({ metadata: { name: variable('DB_PASSWORD') } }))
    const plan = await run(planned, { inputs: { mode: 'plan' }, env })
    const broken = place(suite({ windows: { fault: variable('DB_PASSWORD') } }))
    const refused = await run(broken, { env })
    const input = await run(planned, { inputs: { mode: SECRETS.stripe.value }, env })
    for (const { main } of [refused, input]) expect(main).toMatchObject({ exitCode: 2, outputs: { verdict: 'error' } })
    expectNone([
      ...[plan, refused, input].flatMap(({ main, post }) => [textOf(main), textOf(post)]),
      ...filesBelow(planned.folder, planned.temp, broken.folder, broken.temp, temp),
      ...sentToGitHub(),
    ])
    expect(hears()).toBe('')
  })
})

describe('the command line', () => {
  const at = (text: string, more: Record<string, string> = {}): Workplace => {
    const made = workplace(text)
    const proxy = `http://ci:${encodeURIComponent(SECRETS.proxy.value)}@127.0.0.1:1`
    return {
      ...made,
      env: { ...made.env, ...environment(), GITHUB_TOKEN: TOKEN, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, ...more },
    }
  }

  it.each([['as text'], ['as JSON', '--json']])(
    'a service that prints its secrets and dies, %s',
    async (_, ...more) => {
      const where = at(suite({ system: { services: { web: chatty({ FAILS: 'yes' }) }, ready: '4s' } }))
      const done = await seaworthy(where, 'run', where.suite, '--report-dir', where.reports, ...more)
      expect(done.exitCode).toBe(3)
      expect(hears()).toContain(JSON.stringify({ secret: SECRETS.stripe.value }))
      expect(done.stdout + done.stderr).toContain('chatty: ***')
      expectNone([...told(done), ...filesBelow(where.folder, temp)])
    },
  )

  it.each([
    ['plan', 0, suite0, []],
    ['plan', 0, suite0, ['--json']],
    ['plan', 0, named, []],
    ['plan', 0, named, ['--json']],
    ['validate', 0, suite0, ['--json']],
    ['doctor', undefined, suite0, []],
    ['doctor', undefined, suite0, ['--json']],
    ['run', 2, () => suite({ windows: { fault: variable('DB_PASSWORD') } }), []],
    ['run', 2, () => suite({ traffic: { http: { url: variable('STRIPE_API_KEY'), rate: '1/s' } } }), []],
    ['run', 2, suite0, ['--seed', SECRETS.stripe.value]],
    ['run', 2, suite0, ['--only', SECRETS.stripe.value]],
    ['run', 2, suite0, ['--plan', SECRETS.database.value]],
    ['run', 2, suite0, [`--${SECRETS.database.value}`]],
    ['run', 2, suite0, ['--prometheus-url', `http://me:${SECRETS.deploy.value}@127.0.0.1:1`]],
    ['cleanup', 0, suite0, []],
  ] as const)('%s ends with %s and shows none', async (command, exitCode, text, flags) => {
    const where = at(text())
    const words = command === 'cleanup' ? [] : [where.suite]
    const done = await seaworthy(where, command, ...words, ...flags)
    if (exitCode !== undefined) expect(done).toMatchObject({ exitCode })
    expect(done.stdout + done.stderr).not.toBe('')
    expectNone([...told(done), ...filesBelow(where.folder, temp)])
    expect(hears()).toBe('')
  })

  it.each([
    ['in the suite', (url: string) => suite({ prometheus: { url } }), () => []],
    ['in a flag', suite0, (url: string) => ['--prometheus-url', url]],
    ['in a flag that is no address', suite0, (url: string) => ['--prometheus-url', url.replace('http:', 'gopher:')]],
  ] as const)('refuses a password in an address %s, and does not repeat it', async (_, text, flags) => {
    const unknown = canary('of the address', 'plain')
    const url = `http://me:${encodeURIComponent(unknown.value)}@127.0.0.1:1`
    const where = at(text(url))
    const done = await seaworthy(where, 'run', where.suite, ...flags(url))
    expect(done).toMatchObject({ exitCode: 2, stdout: '' })
    expectNoLeak(told(done), [unknown])
  })
})

/** In what a plan shows: names, and the words of a step. */
function named(): string {
  return suite({ metadata: { name: variable('DB_PASSWORD') } })
}

function suite0(): string {
  return suite()
}
