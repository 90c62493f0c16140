import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSeaworthyError } from '../../src/kit/errors.ts'
import type { TargetFacts } from '../../src/model/fault.ts'
import type { Action, LinkMatch, Recipe } from '../../src/model/recipe.ts'
import { factsFor, INVENTORY, parse, typeOf } from './facts.ts'

function recipe(type: string, given: Readonly<Record<string, unknown>>, facts: TargetFacts): Recipe {
  return typeOf(type).recipe(parse(type, given), facts)
}

/** `{ id: [links, direction] }` of every rule. */
function rules({ apply }: Recipe): Readonly<Record<string, unknown>> {
  const added = apply.filter((action) => action.do === 'add-link-rule')
  return Object.fromEntries(
    added.map(({ id, links, rule }) => [id, [links, 'direction' in rule ? rule.direction : undefined]]),
  )
}

/** The same for a fault that has a rule for each way. */
function byWay(expected: Readonly<Record<string, [LinkMatch, string]>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(expected).flatMap(([id, [links, direction]]) =>
      direction === 'both'
        ? ['to-server', 'to-client'].map((way) => [`${id}-${way}`, [links, way]])
        : [[id, [links, direction]]],
    ),
  )
}

function refusal(work: () => unknown): { readonly code: string; readonly message: string; readonly remedy: string } {
  try {
    work()
  } catch (error) {
    if (isSeaworthyError(error)) return { code: error.code, message: error.message, remedy: error.remedy ?? '' }
    throw error
  }
  throw new Error('it was not refused')
}

describe('workloads', () => {
  test('pod-kill signals each chosen replica, and leaves nothing to end', () => {
    const { apply, undo, expires, evidence } = recipe('pod-kill', {}, factsFor('web', ['web-2']))
    expect(apply).toEqual([{ do: 'signal', replica: 'web-2', signal: 'SIGKILL', graceMs: 0, process: undefined }])
    expect([undo, expires]).toEqual([[], 'nothing-to-end'])
    expect(evidence).toEqual({ probe: 'replica-state', replicas: ['web-2'], process: undefined })
  })

  test('pod-kill with grace asks first', () => {
    const { apply, mechanism } = recipe('pod-kill', { 'grace-period': '5s' }, factsFor('web'))
    expect(apply).toMatchObject([
      { signal: 'SIGTERM', graceMs: 5_000 },
      { signal: 'SIGTERM', graceMs: 5_000 },
    ])
    expect(mechanism).toBe('SIGTERM, SIGKILL after 5 s')
  })

  test('process-kill names the process, and a SIGKILL has no grace', () => {
    const { apply, evidence } = recipe('process-kill', { process: 'worker' }, factsFor('db'))
    expect(apply).toEqual([{ do: 'signal', replica: 'db-1', signal: 'SIGKILL', graceMs: 0, process: 'worker' }])
    expect(evidence).toMatchObject({ process: 'worker' })
  })

  test('pod-failure and process-pause are undone replica by replica', () => {
    expect(recipe('pod-failure', {}, factsFor('web')).undo).toEqual([
      { do: 'release', replica: 'web-1' },
      { do: 'release', replica: 'web-2' },
    ])
    expect(recipe('process-pause', {}, factsFor('db')).undo).toMatchObject([{ replica: 'db-1', signal: 'SIGCONT' }])
  })

  test.each([
    [{ to: 5 }, 5],
    [{ by: 2 }, 4],
    [{ by: -2 }, 0],
  ])('scale %o of 2 replicas', (given, wanted) => {
    const { apply, undo } = recipe('scale', given, factsFor('web'))
    expect(apply).toEqual([{ do: 'scale', workload: 'web', replicas: wanted }])
    expect(undo).toEqual([{ do: 'scale', workload: 'web', replicas: undefined }])
  })

  test('scale cannot take away more than there are', () => {
    expect(refusal(() => recipe('scale', { by: -3 }, factsFor('web')))).toMatchObject({
      code: 'PLAN',
      remedy: expect.stringMatching(/at most 2/),
    })
  })

  test('a random scale is within its range, is never the present number, and is the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }), (seed, min, span) => {
        const facts = { ...factsFor('web'), seed }
        const draw = () => recipe('scale', { random: { min, max: min + span } }, facts).apply[0]
        const drawn = draw()
        expect(draw()).toEqual(drawn)
        if (drawn?.do !== 'scale' || drawn.replicas === undefined) throw new Error('not a scale')
        expect(drawn.replicas).toBeGreaterThanOrEqual(min)
        expect(drawn.replicas).toBeLessThanOrEqual(min + span)
        expect(drawn.replicas).not.toBe(2)
      }),
    )
    expect(recipe('scale', { random: { min: 3, max: 4 } }, factsFor('web')).mechanism).toMatch(
      /2 → [34] replicas, drawn with seed 7/,
    )
  })
})

describe('network', () => {
  const web = { workload: 'web' }
  const api = { workload: 'api' }
  const db = { workload: 'db' }

  test.each<[string, unknown, TargetFacts, Readonly<Record<string, [LinkMatch, string]>>]>([
    [
      'all traffic, both ways',
      {},
      factsFor('api'),
      { 'e1f1-in': [{ to: api }, 'both'], 'e1f1-out': [{ from: api }, 'both'] },
    ],
    [
      'what it sends',
      { direction: 'to' },
      factsFor('api'),
      { 'e1f1-in': [{ to: api }, 'to-client'], 'e1f1-out': [{ from: api }, 'to-server'] },
    ],
    [
      'what it receives',
      { direction: 'from' },
      factsFor('api'),
      { 'e1f1-in': [{ to: api }, 'to-server'], 'e1f1-out': [{ from: api }, 'to-client'] },
    ],
    [
      'only one that it calls',
      { to: db, direction: 'to' },
      factsFor('api'),
      { 'e1f1-out': [{ from: api, to: db }, 'to-server'] },
    ],
    [
      'only one that calls it',
      { to: web, direction: 'to' },
      factsFor('api'),
      { 'e1f1-in': [{ from: web, to: api }, 'to-client'] },
    ],
    [
      'the users',
      { to: { workload: 'traffic' } },
      factsFor('web'),
      { 'e1f1-in': [{ from: { workload: 'traffic' }, to: web }, 'both'] },
    ],
    ['a workload that calls nobody', {}, factsFor('db'), { 'e1f1-in': [{ to: db }, 'both'] }],
    [
      'some replicas',
      {},
      factsFor('api', ['api-2']),
      {
        'e1f1-in': [{ to: { ...api, replicas: ['api-2'] } }, 'both'],
        'e1f1-out': [{ from: { ...api, replicas: ['api-2'] } }, 'both'],
      },
    ],
  ])('%s', (_, given, facts, expected) => {
    for (const [type, more] of [
      ['network-partition', {}],
      ['network-delay', { latency: '100ms' }],
      ['network-bandwidth', { rate: '1kbit' }],
    ] as const) {
      const made = recipe(type, { ...(given as object), ...more }, facts)
      const wanted = type === 'network-bandwidth' ? byWay(expected) : expected
      expect(rules(made)).toEqual(wanted)
      expect(made.undo).toEqual(Object.keys(wanted).map((id) => ({ do: 'remove-link-rule', id })))
      expect(made.expires).toBe('agent')
      expect(made.crossing).toEqual(Object.values(expected)[0]?.[0])
    }
  })

  test('a service that calls itself has both rules on that link', () => {
    const self = { id: 'db-1>db:http', from: { workload: 'db', replica: 'db-1' }, to: { workload: 'db', port: 'http' } }
    const facts = factsFor('db', undefined, { ...INVENTORY, links: [...INVENTORY.links, self] })
    expect(rules(recipe('network-partition', { to: db, direction: 'to' }, facts))).toEqual({
      'e1f1-in': [{ from: db, to: db }, 'to-client'],
      'e1f1-out': [{ from: db, to: db }, 'to-server'],
    })
  })

  test('a round trip gets the latency once, whatever the direction', () => {
    const delays = (direction: string) =>
      recipe('network-delay', { latency: '200ms', jitter: '20ms', direction }, factsFor('db')).apply.map((action) =>
        action.do === 'add-link-rule' && action.rule.rule === 'delay'
          ? [action.rule.direction, action.rule.latencyMs, action.rule.jitterMs]
          : [],
      )
    expect(delays('both')).toEqual([['both', 100, 10]])
    expect(delays('to')).toEqual([['to-client', 200, 20]])
    expect(delays('from')).toEqual([['to-server', 200, 20]])
  })

  test.each([
    ['no link at all', 'alone', {}, /no link to or from alone/, /uses: \[alone\]/],
    ['no link with that one', 'web', { to: db }, /between web and db/, /uses: \[db\].*It has links with: api, traffic/],
    ['no link with the users', 'db', { to: { workload: 'traffic' } }, /between db and traffic/, /Send traffic to db/],
    [
      'an address',
      'api',
      { to: { address: '10.0.0.0/8' } },
      /10\.0\.0\.0\/8 is not a workload/,
      /to: \{workload: NAME\}/,
    ],
    ['a name', 'api', { to: { name: 'example.com' } }, /example\.com is not a workload/, /to: \{workload: NAME\}/],
  ] as const)('is refused for %s', (_, workload, given, message, remedy) => {
    for (const [type, more] of [
      ['network-partition', {}],
      ['network-delay', { latency: '100ms' }],
      ['network-bandwidth', { rate: '1kbit' }],
    ] as const) {
      const refused = refusal(() => recipe(type, { ...given, ...more }, factsFor(workload)))
      expect(refused).toMatchObject({
        code: 'PLAN',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      })
    }
  })

  test('some replicas of a workload that only calls have a rule only where one of them calls', () => {
    const onlyFirst = INVENTORY.links.filter(({ from }) => from.replica !== 'api-2')
    const facts = factsFor('api', ['api-2'], { ...INVENTORY, links: onlyFirst })
    expect(Object.keys(rules(recipe('network-partition', {}, facts)))).toEqual(['e1f1-in'])
  })

  test('connection-exhaust goes to the chosen replicas', () => {
    const { apply, undo } = recipe('connection-exhaust', { connections: 50 }, factsFor('api', ['api-1']))
    expect(apply).toEqual([{ do: 'open-connections', id: 'e1f1', workload: 'api', replicas: ['api-1'], count: 50 }])
    expect(undo).toEqual([{ do: 'close-connections', id: 'e1f1' }])
  })
})

describe('application', () => {
  const types = [
    ['http-abort', {}],
    ['http-delay', { latency: '1s' }],
    ['http-replace', { body: '' }],
  ] as const

  test('acts on the requests that the target gets, or with `to` on those that it sends', () => {
    for (const [type, given] of types) {
      expect(rules(recipe(type, given, factsFor('api')))).toEqual({
        'e1f1-in': [{ to: { workload: 'api' } }, undefined],
      })
      expect(rules(recipe(type, { ...given, to: { workload: 'db' } }, factsFor('api', ['api-1'])))).toEqual({
        'e1f1-out': [{ from: { workload: 'api', replicas: ['api-1'] }, to: { workload: 'db' } }, undefined],
      })
    }
  })

  test('is refused where there are no such requests', () => {
    for (const [type, given] of types) {
      expect(refusal(() => recipe(type, given, factsFor('alone')))).toMatchObject({
        code: 'PLAN',
        remedy: expect.stringMatching(/uses: \[alone\]/),
      })
      expect(refusal(() => recipe(type, { ...given, to: { workload: 'web' } }, factsFor('api')))).toMatchObject({
        code: 'PLAN',
        message: expect.stringMatching(/api has no link to web/),
        remedy: expect.stringMatching(/uses: \[web\]/),
      })
      expect(refusal(() => recipe(type, { ...given, to: { name: 'x' } }, factsFor('api')))).toMatchObject({
        code: 'PLAN',
      })
    }
  })

  test('a reset has no status', () => {
    const ruleOf = (given: Readonly<Record<string, unknown>>) => recipe('http-abort', given, factsFor('api')).apply
    expect(ruleOf({ reset: true })).toMatchObject([{ rule: { rule: 'http-abort', status: undefined } }])
    expect(ruleOf({ share: '10%', path: '/a*', method: 'get' })).toMatchObject([
      { rule: { status: 503, match: { share: 0.1, path: '/a*', method: 'GET' }, seed: 7 } },
    ])
  })
})

describe('resources', () => {
  test('workers are named after the fault', () => {
    expect(recipe('cpu-stress', { workers: 2, load: '50%' }, factsFor('api')).apply).toEqual([
      { do: 'start-stress', id: 'e1f1', stress: { kind: 'cpu', workers: 2, loadRatio: 0.5 } },
    ])
    expect(recipe('memory-stress', { size: '1KiB' }, factsFor('api')).apply).toEqual([
      { do: 'start-stress', id: 'e1f1', stress: { kind: 'memory', workers: 1, bytes: 1_024 } },
    ])
  })
})

test('the users meet a workload on the links to it, or where nobody calls it on its own calls', () => {
  expect(recipe('pod-kill', {}, factsFor('api', ['api-1'])).crossing).toEqual({ to: { workload: 'api' } })
  const links = INVENTORY.links.filter(({ to }) => to.workload !== 'api')
  expect(recipe('pod-kill', {}, factsFor('api', undefined, { ...INVENTORY, links })).crossing).toEqual({
    from: { workload: 'api' },
  })
  expect(recipe('pod-kill', {}, factsFor('alone')).crossing).toEqual({ to: { workload: 'alone' } })
})

test('every recipe is data', () => {
  const given: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'process-kill': { process: 'x' },
    scale: { to: 0 },
    'network-delay': { latency: '1s' },
    'network-bandwidth': { rate: '1kbit' },
    'connection-exhaust': { connections: 1 },
    'http-delay': { latency: '1s' },
    'http-replace': { body: 'x' },
    'memory-stress': { size: '1MiB' },
  }
  const types = [
    'pod-kill',
    'pod-failure',
    'process-pause',
    'network-partition',
    'http-abort',
    'cpu-stress',
    ...Object.keys(given),
  ]
  for (const type of types) {
    const made = recipe(type, given[type] ?? {}, factsFor('api'))
    const copied = JSON.parse(JSON.stringify(made)) as { readonly apply: readonly Action[] }
    expect(copied.apply).toEqual(JSON.parse(JSON.stringify(made.apply)))
    expect(made.apply.length).toBeGreaterThan(0)
    expect(made.expires === 'nothing-to-end' ? 0 : made.apply.length).toBe(made.undo.length)
  }
})
