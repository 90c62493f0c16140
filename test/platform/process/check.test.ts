import { expect, test } from 'vitest'
import type { CheckSpec, HttpRequestSpec, StepSpec, Suite } from '../../../src/model/suite.ts'
import { checkProcessSuite } from '../../../src/platform/process/check.ts'
import { INSTALLED, service, suiteOf } from './support.ts'

const anything = { status: undefined, body: undefined }

function traffic(url: string): Suite['traffic'] {
  const request: HttpRequestSpec = { url, method: 'GET', headers: {}, body: undefined, weight: 1, expect: anything }
  return { kind: 'http', ratePerSecond: 1, timeoutMs: 1_000, keepAlive: false, requests: [request] }
}

function checking(check: CheckSpec): Partial<Suite> {
  const steps: readonly StepSpec[] = [{ step: 'parallel', steps: [{ step: 'check', check }] }]
  const experiment = {
    name: 'x',
    line: 40,
    steps,
    rules: [],
    search: undefined,
    objectives: {},
    recoveryWithinMs: undefined,
  }
  return { experiments: [{ ...experiment, windows: {}, blastRadius: {} }] }
}

function messages(
  given: Partial<Suite>,
  services = [service('web', { ports: ['http', 'peer'], listen: 8_080 })],
): string {
  return checkProcessSuite(suiteOf(services, given), 'linux')
    .map(({ line, message, remedy }) => `${line}: ${message} | ${remedy}`)
    .join('\n')
}

test('a suite of services has no issue', () => {
  expect(messages({ traffic: traffic('http://web/') })).toBe('')
})

test.each<[string, Partial<Suite>, RegExp]>([
  [
    'a Kubernetes system',
    {
      system: {
        platform: 'kubernetes',
        cluster: 'connect',
        namespace: 'x',
        workloads: [],
        deploy: undefined,
        readyMs: 1,
      },
    },
    /Kubernetes.*system\.services/s,
  ],
  ['a traffic job', { traffic: { kind: 'job', image: 'k6', command: [] } }, /traffic: job.*traffic: http/s],
  [
    'a Prometheus behind the API server',
    { prometheus: { ...INSTALLED, source: { kind: 'service', service: 'a/b' } } },
    /prometheus: service/,
  ],
  ['nothing to scrape', { prometheus: INSTALLED }, /no service has `metrics`/],
  [
    'traffic to an unknown port',
    { traffic: traffic('http://web:admin/x') },
    /http:\/\/web:admin\/x.*named http, peer/s,
  ],
  ['traffic to an unknown number', { traffic: traffic('http://web:9999/') }, /port 9999/],
  [
    'a check of an unknown port',
    checking({ check: 'http', url: 'http://web:admin/', expect: anything, withinMs: 1 }),
    /^40: .*admin/,
  ],
  ['a TCP check of an unknown port', checking({ check: 'tcp', address: 'web:7', withinMs: 1 }), /^40: tcp:\/\/web:7/],
])('%s is refused with a remedy', (_, given, issue) => {
  expect(messages(given)).toMatch(issue)
})

test.each([
  'http://web/',
  'http://web:peer/x?y',
  'http://web:8080/',
  'http://example.com:81/',
  'https://WEB/',
  'http://[::1]:9/',
])('%s is no issue', (url) => {
  expect(messages({ traffic: traffic(url) })).toBe('')
})

test('Windows is refused', () => {
  const issues = checkProcessSuite(suiteOf([service('web')]), 'win32')
  expect(issues.map(({ message }) => message)).toEqual([expect.stringContaining('Windows')])
})

test('a readiness check on a port that is not there is refused', () => {
  expect(messages({}, [service('web', { ready: { check: 'tcp', port: 'grpc' } })])).toMatch(/ready on the port grpc/)
})

test('an address of a service without ports is refused', () => {
  const mute = service('web', { ports: [], ready: { check: 'log', line: 'up' } })
  expect(messages({ traffic: traffic('http://web/') }, [mute])).toMatch(/first port of web, and it has none/)
})
