import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import { sha256 } from '../../src/kit/canonical-json.ts'
import type { ProcessSystem, Suite } from '../../src/model/suite.ts'
import { suiteJsonSchema } from '../../src/suite/json-schema.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'
import { TEST_ENVIRONMENT, TEST_FAULTS } from './fault-types.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/suites')
const files = readdirSync(FOLDER)
const source = (file: string) => readFileSync(join(FOLDER, file), 'utf8')
const suiteOf = (file: string, environment = {}): Suite =>
  parseSuite({
    text: source(file),
    file,
    environment: { ...TEST_ENVIRONMENT, ...environment },
    faultTypes: TEST_FAULTS,
  })

describe('good suites', () => {
  test.each([
    ['the tests', TEST_FAULTS],
    ['the catalogue', FAULT_TYPES],
  ])('are valid for parser and editors with the faults of %s', (_, faultTypes) => {
    const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
      suiteJsonSchema(faultTypes),
    )
    for (const file of files) {
      expect(() => parseSuite({ text: source(file), file, environment: TEST_ENVIRONMENT, faultTypes })).not.toThrow()
      validate(parse(source(file)))
      expect(validate.errors ?? []).toEqual([])
    }
  })

  test.each(files)('%s survives JSON', (file) => {
    const suite = suiteOf(file)
    expect(JSON.parse(JSON.stringify(suite))).toEqual(suite)
    expect(suite.digest).toBe(sha256(source(file)))
    expect(suite.file).toBe(file)
  })
})

describe('the minimal suite', () => {
  test('has every default', () => {
    const suite = suiteOf('minimal.yaml')
    expect(suite.system).toEqual({
      platform: 'process',
      services: [
        {
          name: 'web',
          command: 'npm start',
          directory: '.',
          replicas: 1,
          env: {},
          ports: ['http'],
          listen: undefined,
          ready: { check: 'tcp', port: 'http' },
          restart: { policy: 'always', backoffMs: 500, maxBackoffMs: 10_000 },
          uses: [],
          labels: {},
          metrics: undefined,
        },
      ],
      workloads: ['web'],
      readyMs: 30_000,
    })
    expect(suite.traffic).toEqual({
      kind: 'http',
      ratePerSecond: 10,
      timeoutMs: 2_000,
      keepAlive: false,
      requests: [
        {
          url: 'http://web/',
          method: 'GET',
          headers: {},
          body: undefined,
          weight: 1,
          expect: { status: undefined, body: undefined },
        },
      ],
    })
    expect(suite.prometheus).toBeUndefined()
    expect(suite.windows).toEqual({ warmupMs: 5_000, baselineMs: 30_000, faultMs: 60_000, recoveryMs: 60_000 })
    expect(suite.limits).toEqual({
      blastRadius: { targets: 3, ratio: 0.5 },
      abortWhen: [],
      hours: undefined,
      approval: undefined,
    })
    expect(suite.objectives).toEqual([
      {
        name: 'availability',
        indicator: { source: 'traffic', kind: 'success' },
        need: { kind: 'share', target: 0.99 },
        line: 10,
      },
    ])
    const target = { workload: 'web', labels: undefined, mode: 'one', value: undefined }
    expect(suite.experiments).toEqual([
      {
        name: 'web dies',
        rules: [],
        line: 12,
        steps: [
          { step: 'fault', fault: { type: 'pod-kill', target, parameters: { grace: 0 }, written: {}, line: 13 } },
        ],
        search: undefined,
        objectives: {},
        recoveryWithinMs: undefined,
        windows: {},
        blastRadius: {},
      },
    ])
  })
})

describe('the suite with every key', () => {
  const suite = suiteOf('process.yaml')
  const system = suite.system as ProcessSystem

  test('says what services are', () => {
    const [web, api, queue] = system.services
    expect(web).toMatchObject({
      command: `node web.js --greeting="$\{GREETING}"`,
      directory: 'services/web',
      replicas: 2,
      env: { LOG_LEVEL: 'debug', CACHE: 'false', RETRIES: '3', TOKEN: 'hunter2' },
      ports: ['http', 'peer'],
      listen: 18_080,
      ready: { check: 'http', path: '/healthz', port: 'http' },
      restart: { policy: 'always', backoffMs: 250, maxBackoffMs: 5_000 },
      uses: ['api', 'queue'],
      labels: { tier: 'front', team: 'shop' },
      metrics: '/metrics',
    })
    expect(api).toMatchObject({ ready: { check: 'tcp', port: 'http' }, restart: { policy: 'never' } })
    expect(queue).toMatchObject({ ready: { check: 'log', line: 'listening on' } })
    expect(system.workloads).toEqual(['web', 'api'])
  })

  test('says who plays the users', () => {
    expect(suite.traffic).toMatchObject({ ratePerSecond: 10, timeoutMs: 1_500, keepAlive: true })
    expect(suite.traffic.kind === 'http' && suite.traffic.requests[1]).toEqual({
      url: 'http://web/orders',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-trace': 'chaos' },
      body: '{"item": 1}',
      weight: 1,
      expect: { status: [200, 201], body: 'accepted' },
    })
    expect(suite.prometheus).toEqual({ source: { kind: 'install' }, scrapeMs: 500, tokenFrom: 'PROMETHEUS_TOKEN' })
  })

  test('says what must hold, each in its own unit', () => {
    expect(suite.objectives.map(({ indicator, need }) => [indicator.kind, need])).toEqual([
      ['success', { kind: 'share', target: 0.999 }],
      ['latency-under', { kind: 'share', target: 0.99 }],
      ['latency-quantile', { kind: 'below', value: 500 }],
      ['latency-quantile', { kind: 'increase', atMost: 200 }],
      ['success', { kind: 'increase', atMost: 0.01 }],
      ['ratio', { kind: 'share', target: 0.99 }],
      ['histogram-under', { kind: 'share', target: 0.95 }],
      ['histogram-quantile', { kind: 'below', value: 400 }],
      ['value', { kind: 'below', value: 30 }],
      ['value', { kind: 'above', value: 1.5 }],
      ['value', { kind: 'increase', atMost: 5 }],
    ])
    expect(suite.objectives[5]?.indicator).toMatchObject({
      bad: 'errors_total{namespace="$namespace"}',
      total: 'requests_total',
    })
  })

  test('says what is allowed', () => {
    expect(suite.windows).toEqual({ warmupMs: 0, baselineMs: 10_000, faultMs: 20_000, recoveryMs: 30_000 })
    expect(suite.limits).toEqual({
      blastRadius: { targets: 4, ratio: 0.667 },
      abortWhen: [
        { objective: 'availability', below: 0.5 },
        { objective: 'errors', below: 0.4 },
      ],
      hours: { from: '22:00', to: '04:00', timezone: 'Europe/Berlin' },
      approval: {
        by: ['shop-owners', '@alex'],
        needed: [],
        byAuthor: false,
        withinMs: 86_400_000,
        signers: undefined,
      },
    })
  })

  test('says what is broken', () => {
    const [one, slow, search, busy] = suite.experiments
    expect(one?.recoveryWithinMs).toBe(20_000)
    expect(slow).toMatchObject({
      steps: [
        {
          fault: {
            target: { labels: { tier: 'back' }, mode: 'fixed-percent', value: 34 },
            parameters: { latency: 200, jitter: 20, share: 1, direction: 'both' },
          },
        },
      ],
      windows: { baselineMs: 5_000, faultMs: 10_000, recoveryMs: 15_000 },
      blastRadius: { targets: 2, ratio: 1 },
    })
    expect({ ...slow?.objectives }).toEqual({
      availability: { kind: 'share', target: 0.99 },
      fast: 'off',
      'queue lag': { kind: 'below', value: 60 },
      'p99 regression': { kind: 'increase', atMost: 1_000 },
    })
    expect(search?.search).toEqual({
      parameter: 'latency',
      from: 0,
      to: 2_000,
      precision: 50,
      atLeast: 300,
      unit: 'ms',
    })
    expect(busy?.steps.map(({ step }) => step)).toEqual([
      'fault',
      'wait',
      'parallel',
      'pause',
      'check',
      'check',
      'check',
    ])
    expect(busy?.steps[2]).toMatchObject({
      steps: [
        { step: 'run', command: 'npm run warm-up', timeoutMs: 30_000 },
        {
          step: 'parallel',
          steps: [
            { step: 'check', check: { check: 'tcp', address: 'web:80', withinMs: 2_000 } },
            { step: 'fault', fault: { type: 'pod-kill' } },
          ],
        },
      ],
    })
    expect(busy?.steps[6]).toEqual({
      step: 'check',
      check: { check: 'prometheus', query: 'sum(workers)', below: undefined, above: 0 },
    })
  })

  test('takes numbers from the environment', () => {
    const changed = suiteOf('process.yaml', { WEB_REPLICAS: '4', STRESS_WORKERS: '3' })
    expect((changed.system as ProcessSystem).services[0]?.replicas).toBe(4)
    expect(changed.experiments[3]?.steps[0]).toMatchObject({ fault: { parameters: { workers: 3 } } })
  })
})

describe('the Kubernetes suite', () => {
  test('says where the preview is and what may be hurt', () => {
    const suite = suiteOf('kubernetes.yaml')
    expect(suite.system).toEqual({
      platform: 'kubernetes',
      cluster: 'connect',
      namespace: 'shop-pr-17',
      workloads: ['Deployment/web', 'Deployment/api'],
      deploy: {
        images: ['shop:ci'],
        manifests: ['k8s/'],
        command: 'make deploy',
        brings: [
          { workload: 'Deployment/web', pods: 2, line: 13 },
          { workload: 'Deployment/api', pods: 2, line: 13 },
        ],
      },
      readyMs: 120_000,
    })
    expect(suite.prometheus?.source).toEqual({ kind: 'service', service: 'monitoring/prometheus:9090' })
    expect(suite.experiments[0]?.steps[0]).toMatchObject({ fault: { target: { workload: 'Deployment/web' } } })
  })
})
