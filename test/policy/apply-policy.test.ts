import { describe, expect, it } from 'vitest'
import { policySentence } from '../../src/model/policy.ts'
import { loadBase } from '../../src/suite/load-base.ts'
import { suiteOf } from '../e2e/suite-of.ts'
import { type Changes, held, KILL, OBJECTIVES, SLOW, suite } from './setting.ts'

const told = (base: Changes, head: Changes, experiments: readonly object[] = [KILL, SLOW]) =>
  held(suite([KILL, SLOW], base), suite(experiments, head)).policy?.changes ?? []
const objective = (place: number, change: object) =>
  OBJECTIVES.map((one, index) => (index === place ? { ...one, ...change } : one))
const HTTP = { url: 'http://web/', rate: '100/s', timeout: '1s', expect: { status: 200 } }

describe('what a change would loosen', () => {
  it.each<[string, Changes, readonly object[], string]>([
    ['an experiment removed', {}, [KILL], 'experiment slow: in the suite → removed'],
    ['an experiment renamed', {}, [KILL, { ...SLOW, name: 'slower' }], 'experiment slow: in the suite → removed'],
    [
      'an objective removed',
      { objectives: OBJECTIVES.slice(0, 2) },
      [KILL, SLOW],
      'objective p99: below 500ms → removed',
    ],
    [
      'a target lowered',
      { objectives: objective(0, { target: '90%' }) },
      [KILL, SLOW],
      'objective availability: at least 99.5 % → at least 90 %',
    ],
    [
      'a quantile raised',
      { objectives: objective(2, { below: '2s' }) },
      [KILL, SLOW],
      'objective p99: below 500ms → below 2s',
    ],
    [
      'a time raised',
      { objectives: objective(1, { indicator: { traffic: 'latency', under: '3s' } }) },
      [KILL, SLOW],
      'time of objective fast: 300ms → 3s',
    ],
    [
      'another kind of need',
      { objectives: objective(0, { target: undefined, increase: { 'at-most': '1%' } }) },
      [KILL, SLOW],
      'objective availability: at least 99.5 % → at most 1 % worse',
    ],
    [
      'another indicator',
      { objectives: objective(2, { indicator: { traffic: 'latency', quantile: '50%' } }) },
      [KILL, SLOW],
      'indicator of p99, quantile: 0.99 → 0.5',
    ],
    [
      'an objective off',
      {},
      [{ ...KILL, objectives: { availability: 'off' } }, SLOW],
      'objective availability in one dies: at least 99.5 % → off',
    ],
    [
      'a target lowered for one',
      {},
      [{ ...KILL, objectives: { availability: { target: '50%' } } }, SLOW],
      'objective availability in one dies: at least 99.5 % → at least 50 %',
    ],
    [
      'a weaker fault',
      {},
      [KILL, { ...SLOW, fault: { ...SLOW.fault, latency: '1ms' } }],
      'steps of slow, [0].fault.parameters.latency: 200 → 1',
    ],
    [
      'another fault',
      {},
      [{ ...KILL, fault: { type: 'process-pause', target: { workload: 'web', mode: 'one' } } }, SLOW],
      'steps of one dies, [0].fault.type: "pod-kill" → "process-pause"',
    ],
    [
      'more time to recover',
      {},
      [KILL, { ...SLOW, recovery: { within: '800ms' } }],
      'time to recover in slow: 600ms → 800ms',
    ],
    ['no time to recover', {}, [KILL, { ...SLOW, recovery: undefined }], 'time to recover in slow: 600ms → 800ms'],
    [
      'a shorter fault',
      { windows: { warmup: '300ms', baseline: '800ms', fault: '800ms', recovery: '800ms' } },
      [KILL, SLOW],
      'fault window: 1500ms → 800ms',
    ],
    [
      'a shorter fault for one',
      {},
      [KILL, { ...SLOW, windows: { fault: '900ms' } }],
      'fault window of slow: 1500ms → 900ms',
    ],
    ['less traffic', { traffic: { http: { ...HTTP, rate: '1/s' } } }, [KILL, SLOW], 'traffic, ratePerSecond: 100 → 1'],
    [
      'traffic that accepts failures',
      { traffic: { http: { ...HTTP, expect: { status: [200, 503] } } } },
      [KILL, SLOW],
      'traffic, requests[0].expect.status[1]: nothing → 503',
    ],
    [
      'no traffic',
      {
        traffic: { none: true },
        objectives: [{ name: 'availability', indicator: { prometheus: { bad: 'a', total: 'b' } }, target: '99.5%' }],
        prometheus: { install: true },
      },
      [KILL, { ...SLOW, objectives: {} }],
      'traffic, kind: "http" → "none"',
    ],
    [
      'other steps',
      {},
      [KILL, { ...SLOW, fault: undefined, steps: [{ fault: SLOW.fault }, { wait: '1s' }] }],
      'steps of slow, [1]: nothing → {"step":"wait","ms":1000}',
    ],
  ])('%s is shown with old and new, and blocks where the base requires it', (_, head, experiments, words) => {
    const shown = told({}, head, experiments)
    expect(shown.map(policySentence)).toContain(words)
    expect(shown.filter(({ effect }) => effect === 'blocks')).toEqual([])
    const required = told({ policy: { required: true } }, { ...head, policy: { required: true } }, experiments)
    const found = required.find((change) => policySentence(change) === words)
    expect(found).toMatchObject({ effect: 'blocks' })
  })

  it('blocks only for the experiments that are named', () => {
    const policy = { required: ['slow'] }
    const changes = told({ policy }, { policy }, [
      { ...KILL, objectives: { p99: 'off' } },
      { ...SLOW, objectives: { fast: 'off', p99: 'off' } },
    ])
    expect(changes.map(({ what, effect }) => [what, effect])).toEqual([
      ['objective p99 in one dies', 'shown'],
      ['objective p99 in slow', 'blocks'],
    ])
  })

  it('an objective that no required experiment is judged by does not block', () => {
    const policy = { required: ['slow'] }
    expect(told({ policy }, { policy, objectives: objective(1, { target: '50%' }) })).toMatchObject([
      { what: 'objective fast', effect: 'shown' },
    ])
  })

  it('what is left out by an input is gone as well', () => {
    const policy = { required: true }
    const both = suite(undefined, { policy })
    expect(held(both, both, { only: ['one dies'] }).policy?.changes).toMatchObject([
      { what: 'experiment slow', to: 'left out of this run by the input only', effect: 'blocks' },
    ])
  })

  it('nothing is said of what is new, stricter, or written in another way', () => {
    const stricter = {
      objectives: [
        ...objective(0, { target: '99.9%' }),
        { name: 'more', indicator: { traffic: 'success' }, target: '50%' },
      ],
      traffic: { http: { ...HTTP, timeout: '3000ms' } },
      windows: { warmup: '300ms', baseline: '0.8s', fault: '2s', recovery: '800ms' },
    }
    expect(
      told({}, stricter, [KILL, { ...SLOW, fault: { ...SLOW.fault, latency: '0.2s' } }, { ...KILL, name: 'new' }]),
    ).toEqual([])
  })

  it.each<[object, object, string]>([
    [{ required: true }, {}, 'policy required: all → none'],
    [{ required: ['slow', 'one dies'] }, { required: ['slow'] }, 'policy required: slow, one dies → slow'],
    [{ 'on-inconclusive': 'fail' }, {}, 'policy on-inconclusive: fail → any'],
    [{ mode: 'enforce' }, {}, 'policy mode: enforce → any'],
  ])('the policy itself: %j → %j', (from, to, words) => {
    expect(told({ policy: from }, { policy: to }).map(policySentence)).toEqual([words])
  })

  it('tells many places of one part in a count', () => {
    const headers = Object.fromEntries(Array.from({ length: 30 }, (_, place) => [`x-${place}`, 'y']))
    const changes = told({}, { traffic: { http: { ...HTTP, requests: undefined, headers } } })
    expect(changes.length).toBeLessThan(12)
  })
})

describe('limits', () => {
  const limits = (more: object) => ({ limits: { 'blast-radius': { targets: 2, percent: '50%' }, ...more } })
  const HOURS = { between: '02:00-04:00' }

  it.each<[string, object, object, object, readonly string[]]>([
    [
      'targets',
      limits({}),
      limits({ 'blast-radius': { targets: 9, percent: '50%' } }),
      { blastRadius: { targets: 2, ratio: 0.5 } },
      ['limits blast-radius targets: 2 → 9'],
    ],
    [
      'percent',
      limits({}),
      limits({ 'blast-radius': { targets: 2, percent: '100%' } }),
      { blastRadius: { targets: 2, ratio: 0.5 } },
      ['limits blast-radius percent: 50 % → 100 %'],
    ],
    [
      'stricter targets',
      limits({}),
      limits({ 'blast-radius': { targets: 1, percent: '50%' } }),
      { blastRadius: { targets: 1, ratio: 0.5 } },
      [],
    ],
    [
      'a guard removed',
      limits({ 'abort-when': [{ objective: 'availability', below: '90%' }] }),
      limits({}),
      { abortWhen: [{ objective: 'availability', below: 0.9 }] },
      ['limits abort-when of availability: below 90 % → removed'],
    ],
    [
      'a guard lowered',
      limits({ 'abort-when': [{ objective: 'availability', below: '90%' }] }),
      limits({ 'abort-when': [{ objective: 'availability', below: '10%' }] }),
      { abortWhen: [{ objective: 'availability', below: 0.9 }] },
      ['limits abort-when of availability: below 90 % → below 10 %'],
    ],
    [
      'a stricter guard',
      limits({ 'abort-when': [{ objective: 'availability', below: '90%' }] }),
      limits({ 'abort-when': [{ objective: 'availability', below: '95%' }] }),
      { abortWhen: [{ objective: 'availability', below: 0.95 }] },
      [],
    ],
    [
      'hours removed',
      limits({ hours: HOURS }),
      limits({}),
      { hours: { from: '02:00', to: '04:00' } },
      ['limits hours: 02:00-04:00, UTC → at any time'],
    ],
    [
      'later hours',
      limits({ hours: HOURS }),
      limits({ hours: { between: '03:00-05:00' } }),
      { hours: { from: '02:00' } },
      ['limits hours: 02:00-04:00, UTC → 03:00-05:00, UTC'],
    ],
    [
      'hours elsewhere',
      limits({ hours: HOURS }),
      limits({ hours: { ...HOURS, timezone: 'Asia/Tokyo' } }),
      { hours: { timezone: 'UTC' } },
      ['limits hours: 02:00-04:00, UTC → 02:00-04:00, Asia/Tokyo'],
    ],
    [
      'narrower hours',
      limits({ hours: HOURS }),
      limits({ hours: { between: '02:30-03:00' } }),
      { hours: { from: '02:30' } },
      [],
    ],
    [
      'hours over midnight',
      limits({ hours: { between: '22:00-04:00' } }),
      limits({ hours: { between: '23:00-01:00' } }),
      { hours: { from: '23:00' } },
      [],
    ],
    [
      'approval removed',
      limits({ approval: { by: ['ann', 'bob'] } }),
      limits({}),
      { approval: { by: ['ann', 'bob'] } },
      ['limits approval: by ann, bob → removed'],
    ],
    [
      'others who approve',
      limits({ approval: { by: ['ann'] } }),
      limits({ approval: { by: ['ann', 'mallory'] } }),
      { approval: { by: ['ann'] } },
      ['limits approval by: ann → ann, mallory'],
    ],
    [
      'fewer who approve',
      limits({ approval: { by: ['ann', 'bob'] } }),
      limits({ approval: { by: ['ann'] } }),
      { approval: { by: ['ann'] } },
      [],
    ],
  ])('%s: the stricter of both counts', (_, base, head, expected, words) => {
    const result = held(suite(undefined, base as Changes), suite(undefined, head as Changes))
    expect(result.suite.limits).toMatchObject(expected)
    expect(result.policy?.changes.map(policySentence)).toEqual(words)
    expect(result.policy?.changes.every(({ effect }) => effect === 'base-counts')).toBe(true)
  })

  it("an experiment's own radius is held to the base's too, in new experiments as well", () => {
    const wide = { 'blast-radius': { targets: 5, percent: '100%' } }
    const { suite: tight, policy } = held(
      suite([KILL], limits({}) as Changes),
      suite(
        [
          { ...KILL, ...wide },
          { ...SLOW, ...wide },
        ],
        limits({}) as Changes,
      ),
    )
    expect(tight.experiments.map(({ blastRadius }) => blastRadius)).toEqual([
      { targets: 2, ratio: 0.5 },
      { targets: 2, ratio: 0.5 },
    ])
    expect(policy?.changes.map(policySentence)).toContain('blast-radius of one dies, targets: 2 → 5')
  })

  it('a guard whose objective is gone cannot be held to, and blocks', () => {
    const base = suite(undefined, limits({ 'abort-when': [{ objective: 'fast', below: '50%' }] }) as Changes)
    const head = suite([KILL], { ...limits({}), objectives: OBJECTIVES.slice(0, 1) })
    expect(held(base, head).policy?.changes).toContainEqual(
      expect.objectContaining({ what: 'limits abort-when of fast', effect: 'blocks' }),
    )
  })
})

describe('inputs', () => {
  const strict = suite(undefined, { policy: { 'on-inconclusive': 'fail', mode: 'enforce' } })
  const loose = suite()

  it("cannot loosen what the base's policy says", () => {
    const result = held(strict, loose, { onInconclusive: 'pass', mode: 'report' })
    expect(result).toMatchObject({ onInconclusive: 'fail', mode: 'enforce' })
    expect(result.policy?.changes.map(policySentence)).toEqual([
      'policy on-inconclusive: fail → any',
      'policy mode: enforce → any',
      'input mode: enforce → report',
      'input on-inconclusive: fail → pass',
    ])
  })
  it('decide where no policy says anything', () => {
    expect(held(loose, loose, { onInconclusive: 'pass', mode: 'report' })).toMatchObject({
      onInconclusive: 'pass',
      mode: 'report',
    })
  })
  it("are held to the head's own policy too, which alone counts where the base has no suite", () => {
    expect(held(undefined, strict, { onInconclusive: 'pass' })).toMatchObject({
      onInconclusive: 'fail',
      policy: { found: false, changes: [{ what: 'input on-inconclusive' }] },
    })
  })
})

describe('the suite of the base', () => {
  it('may ask for variables that are not set any more, where they are names', () => {
    const variable = (name: string) => `"$\{${name}}"`
    const text = suiteOf([KILL])
      .replace('http://web/', variable('TARGET'))
      .replace('name: hello', `name: ${variable('NAME')}`)
    expect(loadBase(text, 'seaworthy.yaml', {})).toMatchObject({
      name: 'unset',
      traffic: { requests: [{ url: 'http://unset.invalid' }] },
    })
  })
  it('is a mistake where they are numbers', () => {
    const text = suiteOf([KILL]).replace('80%', '"$' + '{TARGET}"')
    expect(() => loadBase(text, 'seaworthy.yaml', {})).toThrow('expected')
  })
})
