import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replicaEnvironment, variableName } from '../../../src/platform/process/replica-environment.ts'
import { secretsIn, serviceEnvironment } from '../../../src/platform/process/service-environment.ts'
import { service } from './support.ts'

test.each([
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'INPUT_SUITE',
  'INPUT_GITHUB-TOKEN',
  'STATE_run',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_CACHE_URL',
  'GITHUB_OUTPUT',
  'GITHUB_ENV',
  'GITHUB_PATH',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_EVENT_PATH',
  'SEAWORTHY_RUN',
  'NODE_OPTIONS',
  'NPM_TOKEN',
  'NODE_AUTH_TOKEN',
  'npm_config_//registry.example/:_authToken',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'GOOGLE_CREDENTIALS',
  'DATABASE_PASSWORD',
  'client_secret',
  'OPENAI_API_KEY',
  'SSH_AUTH_SOCK',
])('a service does not inherit %s', (name) => {
  expect(serviceEnvironment({ [name]: 'secret', PATH: '/bin' })).toEqual({ PATH: '/bin' })
})

test.each([
  'PATH',
  'HOME',
  'LANG',
  'CI',
  'GITHUB_SHA',
  'GITHUB_REPOSITORY',
  'RUNNER_TEMP',
  'RUNNER_TRACKING_ID',
  'TOKENIZERS_PARALLELISM',
  'DATABASE_URL',
  'KEYBOARD',
])('a service inherits %s', (name) => {
  expect(serviceEnvironment({ [name]: 'x', NOT_SET: undefined })).toEqual({ [name]: 'x' })
})

const address = (port: number) => ({ host: '127.0.0.1', port })
const facts = {
  spec: service('web', { ports: ['http', 'peer'], env: { MODE: 'test', PATH: '/mine' } }),
  replica: 'web-1',
  ports: { http: 1, peer: 2 },
  used: [
    { service: 'order-api', port: 'grpc.v1', address: address(3) },
    { service: 'order-api', port: 'admin', address: address(4) },
  ],
}

test('a replica is told its ports, its name and where the others are', () => {
  expect(replicaEnvironment({ PATH: '/bin', LANG: 'C' }, facts)).toEqual({
    LANG: 'C',
    SEAWORTHY_REPLICA: 'web-1',
    PORT: '1',
    PORT_HTTP: '1',
    PORT_PEER: '2',
    ORDER_API_URL: 'http://127.0.0.1:3',
    ORDER_API_ADDRESS: '127.0.0.1:3',
    ORDER_API_GRPC_V1_URL: 'http://127.0.0.1:3',
    ORDER_API_GRPC_V1_ADDRESS: '127.0.0.1:3',
    ORDER_API_ADMIN_URL: 'http://127.0.0.1:4',
    ORDER_API_ADMIN_ADDRESS: '127.0.0.1:4',
    MODE: 'test',
    PATH: '/mine',
  })
})

test('a service without ports is told none, not even the one that we were told', () => {
  const { PORT } = replicaEnvironment(
    { PORT: '80' },
    { ...facts, spec: service('job', { ports: [] }), ports: {}, used: [] },
  )
  expect(PORT).toBeUndefined()
})

test('every name becomes a name of a variable', () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (name) => /^[A-Z0-9_]+$/.test(variableName(name))))
})

test('secrets are the values of variables that are named so, and passwords in addresses, as they stand there and as they are meant', () => {
  const environment = {
    STRIPE_API_KEY: 'stripe-canary',
    'INPUT_GITHUB-TOKEN': 'token-canary',
    HTTPS_PROXY: 'http://me:pass%2Fword@proxy.example:3128',
    DATABASE_URL: 'postgres://db.example/shop',
    HOST: 'user:name@host',
    BROKEN: 'http://me:%zz-canary@proxy.example',
    PASSWORD: undefined,
  }
  expect(secretsIn(environment)).toEqual([
    'stripe-canary',
    'token-canary',
    ...['pass%2Fword', 'pass/word', 'me:pass/word'],
    ...['%zz-canary', '%zz-canary', 'me:%zz-canary'],
  ])
})
