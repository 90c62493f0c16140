import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kit/clock.ts'
import { checkPrometheus } from '../../src/observe/prometheus/check-prometheus.ts'
import { queryScalar } from '../../src/observe/prometheus/query-scalar.ts'
import { failure, noVector } from '../fakes/prometheus.ts'
import { deadUrl } from '../traffic/servers.ts'
import {
  answerAll,
  BAD,
  type Case,
  expectProblems,
  fake,
  html,
  measure,
  SCRAPE_MS,
  skewed,
  TOTAL,
  vectorOf,
} from './fake-window.ts'
import { ratio } from './objectives.ts'

const onTheWay: readonly Case[] = [
  {
    name: 'a connection that is reset',
    waits: true,
    reply: () => ({ do: (answer) => answer.socket?.resetAndDestroy() }),
    code: 'NO_DATA',
    detail: /reset|closed/,
  },
  {
    name: 'no answer at all',
    waits: true,
    reply: () => ({ do: () => {} }),
    code: 'NO_DATA',
    detail: /no answer within/,
  },
  {
    name: 'an answer that never ends',
    waits: true,
    reply: () => ({ do: (answer) => answer.writeHead(200).write('{"status":') }),
    code: 'NO_DATA',
    detail: /no answer within/,
  },
  {
    name: 'an answer that is cut short',
    waits: true,
    reply: () => ({
      do: (answer) => answer.writeHead(200, { 'content-length': 999 }).write('{', () => answer.destroy()),
    }),
    code: 'NO_DATA',
    detail: /reset|closed/,
  },
  {
    name: 'truncated JSON',
    reply: () => ({ text: '{"status":"success","data":{"resultTy' }),
    code: 'NO_DATA',
    detail: /not its API/,
  },
  { name: 'an empty body', reply: () => ({ text: '' }), code: 'NO_DATA', detail: /not its API/ },
  { name: 'JSON of something else', reply: () => ({ text: '{"ok":true}' }), code: 'NO_DATA', detail: /not its API/ },
  {
    name: 'a login page with status 200',
    reply: () => ({ text: html, type: 'text/html' }),
    code: 'NO_DATA',
    detail: /web page, perhaps a login/,
  },
  {
    name: 'a redirect to a login',
    reply: () => ({ status: 302, headers: { location: 'https://login.example/?token=s3cret' }, text: '' }),
    code: 'NO_DATA',
    detail: /redirects \(302\)/,
  },
  {
    name: 'a missing token',
    reply: () => ({ status: 401, text: html }),
    code: 'NO_DATA',
    detail: /refused access \(401\)/,
  },
  {
    name: 'a token without rights',
    reply: () => failure(403, 'forbidden', 'no'),
    code: 'NO_DATA',
    detail: /refused access \(403\)/,
  },
  {
    name: 'a wrong path',
    reply: () => ({ status: 404, text: '404 page not found', type: 'text/plain' }),
    code: 'NO_DATA',
    detail: /status 404/,
  },
  {
    name: 'a gateway that fails',
    waits: true,
    reply: () => ({ status: 502, text: html, type: 'text/html' }),
    code: 'NO_DATA',
    detail: /web page.*502/,
  },
  {
    name: 'an overloaded server',
    waits: true,
    reply: () => failure(503, 'unavailable', 'too busy'),
    code: 'NO_DATA',
    detail: /503 unavailable.*too busy/,
  },
  { name: 'a rate limit', waits: true, reply: () => ({ status: 429, text: '' }), code: 'NO_DATA', detail: /429/ },
  {
    name: 'a success with the wrong status',
    waits: true,
    reply: () => ({ status: 500, text: '{"status":"success","data":{}}' }),
    code: 'NO_DATA',
    detail: /status 500/,
  },
]

const refused: readonly Case[] = [
  {
    name: 'a query that is refused',
    reply: answerAll(failure(400, 'bad_data', 'parse error\n\u001b[2Jat 1:3')),
    code: 'NO_DATA',
    detail: /400 bad_data\): parse error \[2Jat 1:3$/,
  },
  {
    name: 'a query that cannot be run',
    reply: answerAll(failure(422, 'execution', 'too many samples')),
    code: 'NO_DATA',
    detail: /422 execution.*too many samples/,
  },
  {
    name: 'a query that takes too long',
    waits: true,
    reply: answerAll(failure(503, 'timeout', 'query timed out')),
    code: 'NO_DATA',
    detail: /query timed out/,
  },
  {
    name: 'an error with status 200',
    reply: answerAll({ text: '{"status":"error","error":"odd"}' }),
    code: 'NO_DATA',
    detail: /refused the query.*odd/,
  },
  {
    name: 'a vector in place of samples',
    reply: answerAll(vectorOf('1')),
    code: 'NO_DATA',
    detail: /form that is not known/,
  },
  {
    name: 'a rate where a counter is needed',
    reply: () => undefined,
    objective: ratio('rate(x[5m])', TOTAL),
    code: 'NO_DATA',
    detail: /calls a function/,
  },
  {
    name: 'a sum where a counter is needed',
    reply: () => undefined,
    objective: ratio(BAD, 'sum by (job) (x)'),
    code: 'NO_DATA',
    detail: /calls a function/,
  },
  {
    name: 'a namespace that there is not',
    reply: () => undefined,
    objective: ratio(BAD, 'x{namespace="$namespace"}'),
    code: 'NO_DATA',
    detail: /no namespace/,
  },
  {
    name: 'a placeholder outside quotes',
    reply: () => undefined,
    objective: ratio(BAD, 'x{namespace=$namespace}'),
    namespace: 'shop',
    code: 'NO_DATA',
    detail: /inside quotes/,
  },
]

expectProblems('on the way to Prometheus', onTheWay)
expectProblems('a query that is not answered', refused)

describe('a server', () => {
  it('that is not there', async () => {
    const { problems } = await measure(await deadUrl(), ratio(BAD, TOTAL), { deadlineMs: 500 })
    expect(problems).toEqual([
      { code: 'NO_DATA', detail: expect.stringMatching(/did not answer: the connection was refused/) },
    ])
  })

  it('an answer without end is not read', async () => {
    const chunk = 'x'.repeat(1024 * 1024)
    const { url } = await fake(() => ({
      do: (answer) => {
        const write = () => {
          while (!answer.destroyed && answer.write(chunk));
        }
        answer.on('drain', write)
        write()
      },
    }))
    const { problems } = await measure(url, ratio(BAD, TOTAL), { deadlineMs: 20_000 })
    expect(problems).toEqual([{ code: 'NO_DATA', detail: expect.stringMatching(/too much data/) }])
  })
})

describe('a check of Prometheus', () => {
  const setting = (url: string) => ({
    url,
    token: undefined,
    scrapeMs: SCRAPE_MS,
    clock: systemClock,
    deadlineMs: 300,
    placeholders: { namespace: 'shop' },
  })

  it('gives its version', async () => {
    const { url } = await fake(() => undefined)
    expect(await checkPrometheus(setting(`${url}/prefix/`))).toEqual({
      version: '2.42.0',
      skewMs: expect.closeTo(0, -2),
      problems: [],
    })
  })
  it('is content without one', async () => {
    const { url } = await fake(({ path }) => (path === 'status/buildinfo' ? { status: 404, text: '' } : undefined))
    expect(await checkPrometheus(setting(url))).toMatchObject({ version: undefined, problems: [] })
  })
  it('finds a dead one, and one with another time', async () => {
    expect(await checkPrometheus(setting(await deadUrl()))).toMatchObject({ problems: [{ code: 'NO_DATA' }] })
    const { url } = await fake(skewed(30_000))
    expect(await checkPrometheus(setting(url))).toMatchObject({ version: '2.42.0', problems: [{ code: 'CLOCK_SKEW' }] })
  })
  it('shows no password of an address', async () => {
    const address = new URL(await deadUrl())
    address.username = 'admin'
    address.password = 'pa55word'
    expect(JSON.stringify(await checkPrometheus(setting(address.href)))).not.toContain('pa55word')
  })

  it.each([
    ['a number', vectorOf('4.5'), 4.5, undefined],
    ['a scalar', { data: { resultType: 'scalar', result: [1, '7'] } }, 7, undefined],
    ['nothing', noVector, undefined, /gives nothing/],
    ['several numbers', vectorOf('1', '2'), undefined, /2 values/],
    ['NaN', vectorOf('NaN'), undefined, /gives NaN/],
    ['infinity', vectorOf('+Inf'), undefined, /gives \+Inf/],
    ['an error', failure(400, 'bad_data', 'no'), undefined, /refused the query/],
  ] as const)('a scalar query with %s', async (_, reply, expected, why) => {
    const { url, asked } = await fake(() => reply)
    const { value: read, problems } = await queryScalar(setting(url), 'x{n="$namespace"}')
    expect(read).toBe(expected)
    expect(asked[0]?.query).toBe('x{n="shop"}')
    if (why) expect(problems).toEqual([{ code: 'NO_DATA', detail: expect.stringMatching(why) }])
    else expect(problems).toEqual([])
  })
})
