import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { gate, seaworthy, workplace } from './gate.ts'
import { service, suiteOf } from './suite-of.ts'

const KILL = { name: 'one of two dies', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } }
const ABORT_ALL = {
  name: 'every answer is a 503',
  fault: { type: 'http-abort', target: { workload: 'web', mode: 'all' }, status: 503 },
}
const DELAY = (latency: string) => ({
  name: 'slow',
  fault: { type: 'network-delay', target: { workload: 'web', mode: 'all' }, latency },
})
const REPORTS = [
  'journal.json',
  'events.ndjson',
  'report.md',
  'report.html',
  'junit.xml',
  'report.sarif',
  'summary.txt',
  'attestation.intoto.json',
]

describe('exit codes', () => {
  it('0 when everything held, with every report, a valid journal, and a report that can be made again', async () => {
    const place = workplace(suiteOf([KILL]))
    const { exitCode, stdout, stderr } = await gate(place)
    expect({ exitCode, told: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, told: '' })
    for (const report of REPORTS) expect(readFileSync(join(place.reports, report), 'utf8').length).toBeGreaterThan(0)

    const schema = JSON.parse(readFileSync('schema/journal.schema.json', 'utf8'))
    const validate = new Ajv2020({ strict: false }).compile(schema)
    expect(
      validate(JSON.parse(readFileSync(join(place.reports, 'journal.json'), 'utf8'))),
      JSON.stringify(validate.errors),
    ).toBe(true)

    for (const [format, file] of [
      ['md', 'report.md'],
      ['html', 'report.html'],
      ['junit', 'junit.xml'],
      ['sarif', 'report.sarif'],
      ['summary', 'summary.txt'],
      ['json', 'journal.json'],
    ]) {
      const again = await seaworthy(
        place,
        'report',
        '--from',
        join(place.reports, 'journal.json'),
        '--format',
        format ?? '',
      )
      expect(again.stdout).toBe(readFileSync(join(place.reports, file ?? ''), 'utf8'))
    }
  })

  it('1 when an objective did not hold', async () => {
    const { exitCode, journal } = await gate(workplace(suiteOf([ABORT_ALL])))
    expect(exitCode).toBe(1)
    expect(journal).toMatchObject({
      verdict: 'fail',
      experiments: [{ verdict: 'fail', evidence: [{ status: 'proven' }] }],
    })
  })

  it('0 in mode report, with the verdict as it is', async () => {
    const { exitCode, journal } = await gate(workplace(suiteOf([ABORT_ALL])), '--mode', 'report')
    expect({ exitCode, verdict: journal?.verdict }).toEqual({ exitCode: 0, verdict: 'fail' })
  })

  it('2 for a suite with a mistake, with its place, and nothing is touched', async () => {
    const place = workplace(suiteOf([{ ...KILL, fault: { type: 'pod-kil', target: { workload: 'web' } } }]))
    const { exitCode, stderr, journal } = await gate(place)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/seaworthy\.yaml:\d+:\d+: experiments\[0\]\.fault\.type: .*\n.*Did you mean pod-kill\?/)
    expect(journal).toBeUndefined()
  })

  it('2 for a selector that matches nothing', async () => {
    const nobody = { name: 'nobody', fault: { type: 'pod-kill', target: { labels: { tier: 'gone' } } } }
    const { exitCode, stderr, journal } = await gate(workplace(suiteOf([nobody])))
    expect({ exitCode, journal }).toEqual({ exitCode: 2, journal: undefined })
    expect(stderr).toContain('no service that may be hurt has these labels')
  })

  it.each([
    [['run', '--nonsense']],
    [['run', 'x.yaml', '--mode', 'maybe']],
    [['nonsense']],
    [['report', '--from', '/nowhere']],
  ])('2 for %j', async (words) => {
    const { exitCode, stderr } = await seaworthy(workplace(suiteOf([KILL])), ...words)
    expect(exitCode).toBe(2)
    expect(stderr).not.toBe('')
  })

  it('2 for another plan than the approved one', async () => {
    const { exitCode, stderr } = await gate(workplace(suiteOf([KILL])), '--plan', '0123456789ab')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('0123456789ab')
  })
})

/** None of these may ever be a pass. */
describe('what cannot be judged is never a pass', () => {
  it.each([
    ['a fault that does nothing', suiteOf([DELAY('0ms')]), 'NOT_EFFECTIVE'],
    [
      'a process name without a match',
      suiteOf([
        { name: 'nobody', fault: { type: 'process-kill', target: { workload: 'web' }, process: 'no-such-thing' } },
      ]),
      'NOT_INJECTED',
    ],
    [
      'a Prometheus that does not answer',
      suiteOf([KILL], {
        prometheus: { url: 'http://127.0.0.1:9' },
        objectives: [
          { name: 'errors', indicator: { prometheus: { bad: 'bad_total', total: 'all_total' } }, target: '90%' },
        ],
      }),
      'NO_DATA',
    ],
    [
      'no traffic at the fault',
      suiteOf(
        [{ name: 'elsewhere', fault: { type: 'http-abort', target: { workload: 'idle', mode: 'all' }, status: 503 } }],
        {
          system: { services: { web: service(), idle: service({ replicas: 1 }) } },
        },
      ),
      'NOT_OBSERVED',
    ],
    [
      'a baseline that already fails',
      suiteOf([KILL], { system: { services: { web: service({ env: { STATUS: '500' } }) } } }),
      'BASELINE_UNHEALTHY',
    ],
    [
      'too few requests',
      suiteOf([KILL], {
        traffic: { http: { url: 'http://web/', rate: '12/s', timeout: '1s' } },
        objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '99%' }],
      }),
      'LOW_TRAFFIC',
    ],
  ])('%s', async (_, suite, reason) => {
    const { exitCode, journal, stderr } = await gate(workplace(suite))
    expect(journal?.verdict, stderr).toBe('inconclusive')
    expect(journal?.experiments[0]?.reasons.map(({ code }) => code)).toContain(reason)
    expect(exitCode).toBe(3)
  })

  it('a service that does not come up is an error that quotes it', async () => {
    const suite = suiteOf([KILL], {
      system: {
        ready: '2s',
        services: { web: { command: 'echo the database is missing >&2; exit 3', ready: { tcp: {} } } },
      },
    })
    const { exitCode, journal } = await gate(workplace(suite))
    expect({ exitCode, verdict: journal?.verdict }).toEqual({ exitCode: 3, verdict: 'error' })
    expect(JSON.stringify(journal?.reasons)).toContain('the database is missing')
  })
})

describe('a guard', () => {
  it('ends the fault early, and the experiment has failed', async () => {
    const limits = {
      'blast-radius': { targets: 3, percent: '100%' },
      'abort-when': [{ objective: 'availability', below: '50%' }],
    }
    const { exitCode, journal } = await gate(
      workplace(
        suiteOf([ABORT_ALL], { limits, windows: { warmup: '500ms', baseline: '1s', fault: '20s', recovery: '1s' } }),
      ),
    )
    expect({ exitCode, verdict: journal?.verdict }).toEqual({ exitCode: 1, verdict: 'fail' })
    expect(journal?.experiments[0]?.aborted?.objective).toBe('availability')
    const { fault } = journal?.experiments[0]?.windows ?? {}
    expect((fault?.endMs ?? 0) - (fault?.startMs ?? 0)).toBeLessThan(20_000)
  })
})

describe('a search', () => {
  it('finds where the objectives break', async () => {
    const search = { parameter: 'latency', from: '0ms', to: '800ms', precision: '200ms', 'at-least': '200ms' }
    const objectives = [{ name: 'fast', indicator: { traffic: 'latency', under: '500ms' }, target: '80%' }]
    const suite = suiteOf(
      [
        {
          name: 'how slow',
          search,
          fault: { type: 'network-delay', target: { workload: 'web', mode: 'all' }, direction: 'from' },
        },
      ],
      { objectives },
    )
    const { journal, stderr } = await gate(workplace(suite))
    expect(journal?.experiments[0]?.search, stderr).toMatchObject({ holds: 400, breaks: 600 })
    expect(journal?.verdict).toBe('pass')
  })
})

describe('steps', () => {
  it('run in order, in parallel, with waits, pauses, commands and checks', async () => {
    const steps = [
      { fault: { type: 'network-delay', target: { workload: 'web', mode: 'all' }, latency: '20ms' } },
      {
        parallel: [
          { wait: '100ms' },
          { run: { command: 'true' } },
          { check: { http: { url: 'http://web/healthz', expect: { status: 200 } } } },
        ],
      },
      { pause: '200ms' },
    ]
    const { exitCode, journal, stderr } = await gate(workplace(suiteOf([{ name: 'story', steps }])))
    expect({ exitCode, verdict: journal?.verdict }, stderr).toEqual({ exitCode: 0, verdict: 'pass' })
  })

  it('a check that does not hold fails the experiment', async () => {
    const steps = [
      { fault: { type: 'network-delay', target: { workload: 'web', mode: 'all' }, latency: '20ms' } },
      { run: { command: 'exit 7' } },
    ]
    const { exitCode, journal } = await gate(workplace(suiteOf([{ name: 'story', steps }])))
    expect({ exitCode, codes: journal?.experiments[0]?.reasons.map(({ code }) => code) }).toEqual({
      exitCode: 1,
      codes: ['CHECK_FAILED'],
    })
  })
})
