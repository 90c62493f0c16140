import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { suiteSecrets } from '../../src/run/suite-secrets.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'

const environment = { LOGIN: 'login-canary', SK: 'stripe-canary', PROM: 'prometheus-canary', HOST: 'host-canary' }

function secretsOf(changes: object): readonly string[] {
  const text = stringify({
    apiVersion: 'seaworthy.dev/v1',
    kind: 'Suite',
    metadata: { name: 'secrets' },
    system: { services: { web: { command: 'true' } } },
    traffic: { http: { url: 'http://web/', rate: '10/s' } },
    objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '80%' }],
    experiments: [{ name: 'one dies', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } }],
    ...changes,
  })
  return suiteSecrets(parseSuite({ text, file: 'seaworthy.yaml', environment }), environment)
}

const traffic = (headers: object) => ({ traffic: { http: { url: 'http://web/', rate: '10/s', headers } } })
const service = (env: object) => ({ system: { services: { web: { command: 'true', env } } } })
const variable = (name: string) => `$\{${name}}`
const PLAIN = variable('LOGIN')

test.each([
  ['nothing where there is none', {}, []],
  [
    'the token of Prometheus',
    { prometheus: { url: 'http://localhost:9090', 'token-from': 'PROM' } },
    [environment.PROM],
  ],
  ['a token that is not set', { prometheus: { url: 'http://localhost:9090', 'token-from': 'NONE' } }, []],
  ['what a header says who asks by', traffic({ Authorization: `Bearer ${PLAIN}` }), [environment.LOGIN]],
  ['a key in a header', traffic({ 'X-Api-Key': PLAIN }), [environment.LOGIN]],
  ['no other header', traffic({ 'X-Host': PLAIN }), []],
  ['what a service is given as a secret', service({ STRIPE_API_KEY: variable('SK') }), [environment.SK]],
  ['nothing else that it is given', service({ WHERE: variable('HOST') }), []],
  ['nothing that stands in the suite itself', service({ DB_PASSWORD: 'a-password' }), []],
])('%s', (_, changes, secrets) => {
  expect(secretsOf(changes)).toEqual(secrets)
})
