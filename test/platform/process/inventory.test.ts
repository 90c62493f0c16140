import { expect, test } from 'vitest'
import { processInventory } from '../../../src/platform/process/inventory.ts'
import { service, suiteOf } from './support.ts'

const shop = suiteOf([
  service('web', { replicas: 2, uses: ['api'], labels: { tier: 'front' } }),
  service('api', { ports: ['http', 'peer'], uses: ['store', 'api'] }),
  service('store', { replicas: 0 }),
])

test('replicas are numbered from one, with the labels of their service', () => {
  const { workloads } = processInventory(shop)
  expect(workloads).toEqual([
    { name: 'web', labels: { tier: 'front' }, replicas: ['web-1', 'web-2'], mayBeHurt: true },
    { name: 'api', labels: {}, replicas: ['api-1'], mayBeHurt: true },
    { name: 'store', labels: {}, replicas: [], mayBeHurt: true },
  ])
})

test('every consumer has a link to every port of what it uses, the users to all services', () => {
  const ids = processInventory(shop).links.map(({ id }) => id)
  expect(ids).toEqual([
    'traffic>web:http',
    'traffic>api:http',
    'traffic>api:peer',
    'traffic>store:http',
    'web-1>api:http',
    'web-1>api:peer',
    'web-2>api:http',
    'web-2>api:peer',
    'api-1>api:http',
    'api-1>api:peer',
    'api-1>store:http',
  ])
})

test('a link says who calls whom', () => {
  expect(processInventory(shop).links.find(({ id }) => id === 'web-2>api:peer')).toEqual({
    id: 'web-2>api:peer',
    from: { workload: 'web', replica: 'web-2' },
    to: { workload: 'api', port: 'peer' },
  })
})

test('only listed workloads may be hurt', () => {
  const services = [service('web'), service('api')]
  const suite = suiteOf(services, { system: { platform: 'process', services, workloads: ['api'], readyMs: 1 } })
  expect(processInventory(suite).workloads.map(({ mayBeHurt }) => mayBeHurt)).toEqual([false, true])
})
