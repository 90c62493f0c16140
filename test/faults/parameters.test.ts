import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, typeOf } from './facts.ts'

const accepted: readonly (readonly [
  type: string,
  given: Readonly<Record<string, unknown>>,
  normalised: Readonly<Record<string, unknown>>,
  said: string,
])[] = [
  ['pod-kill', {}, { gracePeriod: 0 }, ''],
  ['pod-kill', { 'grace-period': '1.5s' }, { gracePeriod: 1_500 }, 'after 1.5 s of grace'],
  ['pod-failure', {}, {}, ''],
  [
    'process-kill',
    { process: 'worker' },
    { process: 'worker', signal: 'SIGKILL', gracePeriod: 30_000 },
    'SIGKILL to "worker"',
  ],
  ['process-pause', {}, {}, ''],
  ['process-pause', { process: 'worker' }, { process: 'worker' }, '"worker"'],
  ['scale', { to: 1 }, { to: 1 }, 'to 1 replica'],
  ['scale', { by: -1 }, { by: -1 }, 'by -1'],
  ['scale', { random: { min: 1, max: 4 } }, { random: { min: 1, max: 4 } }, 'to 1..4 replicas, at random'],
  ['network-partition', {}, { direction: 'both', manner: 'hang' }, 'silent'],
  [
    'network-partition',
    { to: { workload: 'db' }, direction: 'from', manner: 'refuse' },
    { to: { workload: 'db' }, direction: 'from', manner: 'refuse' },
    'refused with db, what it receives',
  ],
  [
    'network-delay',
    { latency: '200ms', jitter: '20ms' },
    { latency: 200, jitter: 20, distribution: 'uniform', direction: 'both' },
    '200 ms ± 20 ms',
  ],
  ['network-delay', { latency: '0ms' }, { latency: 0, jitter: 0, distribution: 'uniform', direction: 'both' }, '0 ms'],
  [
    'network-bandwidth',
    { rate: '1mbit', direction: 'to' },
    { rate: 125_000, direction: 'to' },
    '122.1 KiB/s, what it sends',
  ],
  ['connection-exhaust', { connections: 1 }, { connections: 1 }, '1 connection'],
  ['http-abort', {}, { share: 1, reset: false, status: 503 }, '503'],
  [
    'http-abort',
    { reset: true, share: '10%' },
    { share: 0.1, reset: true, status: undefined },
    'reset to 10 % of requests',
  ],
  [
    'http-abort',
    { status: 500, path: '/pay*', method: 'post' },
    { share: 1, reset: false, status: 500, path: '/pay*', method: 'POST' },
    '500 to POST /pay*',
  ],
  ['http-delay', { latency: '1s' }, { share: 1, latency: 1_000, jitter: 0 }, '1 s'],
  ['http-replace', { body: 'x' }, { share: 1, headers: {}, body: 'x' }, 'body'],
  [
    'http-replace',
    { status: 404, headers: { 'x-a': 'b' }, to: { workload: 'db' } },
    { share: 1, status: 404, headers: { 'x-a': 'b' }, to: { workload: 'db' } },
    'status 404, header x-a with db',
  ],
  ['cpu-stress', { load: '80%' }, { workers: 1, load: 0.8 }, '1 worker at 80 %'],
  ['memory-stress', { size: '64MiB', workers: 2 }, { size: 67_108_864, workers: 2 }, '64 MiB in 2 workers each'],
]

test.each(accepted)('%s takes %o', (type, given, normalised, said) => {
  const parameters = parse(type, given)
  expect(parameters).toEqual(normalised)
  expect(typeOf(type).describe(parameters)).toBe(said)
})

const refused: readonly (readonly [type: string, given: Readonly<Record<string, unknown>>, message: RegExp])[] = [
  ['pod-kill', { 'grace-period': '5' }, /not a duration/],
  ['pod-kill', { grace: '5s' }, /grace/],
  ['pod-failure', { now: true }, /now/],
  ['process-kill', {}, /process/],
  ['process-kill', { process: '' }, /process/],
  ['process-kill', { process: 'x', signal: 'SIGSTOP' }, /SIGKILL/],
  ['scale', {}, /exactly one/],
  ['scale', { to: 1, by: 1 }, /exactly one/],
  ['scale', { by: 0 }, /changes nothing/],
  ['scale', { to: -1 }, /to/],
  ['scale', { random: { min: 3, max: 3 } }, /less than/],
  ['network-partition', { to: {} }, /exactly one/],
  ['network-partition', { to: { workload: 'a', name: 'b' } }, /exactly one/],
  ['network-partition', { direction: 'in' }, /direction/],
  ['network-delay', {}, /a duration is missing/],
  ['network-delay', { latency: 200 }, /not a duration/],
  ['network-bandwidth', { rate: '0mbit' }, /not a bandwidth/],
  ['connection-exhaust', { connections: 0 }, /connections/],
  ['http-abort', { status: 503, reset: true }, /not both/],
  ['http-abort', { status: 99 }, /status/],
  ['http-abort', { path: 'checkout' }, /begins with/],
  ['http-abort', { share: '120%' }, /not a percentage/],
  ['http-replace', {}, /what to replace/],
  ['http-replace', { headers: { 'x-a': 'b\r\nset-cookie: c' } }, /one line/],
  ['http-replace', { headers: { 'x a': 'b' } }, /x a/],
  ['cpu-stress', { load: '0%' }, /no stress/],
  ['cpu-stress', { workers: 0.5 }, /workers/],
  ['memory-stress', {}, /a size is missing/],
  ['memory-stress', { size: '0B' }, /no stress/],
]

test.each(refused)('%s refuses %o', (type, given, message) => {
  const result = typeOf(type).parameters.safeParse(given)
  expect(result.success).toBe(false)
  const issues = result.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n')
  expect(issues).toMatch(message)
})

test('a search sets one number under the name that the suite has for it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5_000 }), (latency) => {
      const given = { ...parse('network-delay', { latency: '1s' }), latency }
      expect(typeOf('network-delay').describe(given)).toContain(latency < 1_000 ? `${latency} ms` : ' s')
    }),
  )
})
