import { describe, expect, test } from 'vitest'
import { isSeaworthyError } from '../../../src/kit/errors.ts'
import type { ClusterFacts } from '../../../src/model/cluster/recipe.ts'
import { factsFor, parse, typeOf } from '../facts.ts'
import { actionsOf, CLUSTER_FACTS, clusterRecipe } from './cases.ts'

const { peers } = CLUSTER_FACTS
const db = { to: { workload: 'Deployment/db' } }

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isSeaworthyError(error)) return `${error.code}: ${error.message}. ${error.remedy}`
    throw error
  }
  return 'not refused'
}

describe('the other side', () => {
  test.each<[string, object, unknown]>([
    ['everybody', {}, undefined],
    ['a workload, by the addresses that the controller found', { to: { workload: 'db' } }, peers],
    ['a host name, by the same', { to: { name: 'db.example.com' } }, peers],
    ['an address', { to: { address: '192.0.2.7' } }, { v4: ['192.0.2.7'], v6: [] }],
    ['a range', { to: { address: '192.0.2.0/24' } }, { v4: ['192.0.2.0/24'], v6: [] }],
    ['an IPv6 range', { to: { address: '2001:db8::/32' } }, { v4: [], v6: ['2001:db8::/32'] }],
  ])('is %s', (_, given, expected) => {
    const [action] = actionsOf(clusterRecipe('network-partition', { ...given }))
    expect(action).toEqual({
      do: 'drop',
      match: { peers: expected, direction: 'both', ports: undefined },
      ratio: 1,
    })
  })

  test.each([undefined, { v4: [], v6: [] }])('that has no address is refused, and never everybody: %o', (none) => {
    for (const type of ['network-partition', 'network-loss', 'http-abort', 'connection-exhaust']) {
      const given = type === 'network-loss' ? { loss: '1%' } : type === 'connection-exhaust' ? { connections: 1 } : {}
      const work = () =>
        clusterRecipe(type, { ...given, ...db, ...(type === 'http-abort' && { ports: [80] }) }, { peers: none })
      expect(refusal(work)).toMatch(/^PLAN: no address of Deployment\/db is known\. Name/)
    }
  })
})

describe('packets', () => {
  test('of some ports are hurt and probed there', () => {
    const recipe = clusterRecipe('network-partition', { ports: [5432], direction: 'to', ...db })
    expect(actionsOf(recipe)).toMatchObject([{ match: { ports: [5432], direction: 'to' } }])
    expect(recipe).toMatchObject({ probe: { probe: 'packets', ports: [5432] } })
  })

  test("are probed at the pod's own ports, unless only the other side is hurt", () => {
    expect(clusterRecipe('network-partition', {})).toMatchObject({ probe: { ports: [8080, 9090] } })
    expect(clusterRecipe('network-partition', db)).toMatchObject({ probe: { ports: undefined } })
  })

  test('cannot be refused', () => {
    expect(refusal(() => clusterRecipe('network-partition', { manner: 'refuse' }))).toMatch(
      /^PLAN: manner refuse .*hang/,
    )
  })

  test.each(['to', 'from', 'both'])('are delayed where they arrive, whatever the direction: %s', (direction) => {
    const recipe = clusterRecipe('network-delay', {
      latency: '100ms',
      jitter: '20ms',
      distribution: 'normal',
      direction,
    })
    expect(actionsOf(recipe)).toEqual([
      {
        do: 'queue',
        hook: 'input',
        match: { peers: undefined, direction: 'from', ports: undefined },
        impairment: {
          latencyMs: 100,
          jitterMs: 20,
          distribution: 'normal',
          lossRatio: 0,
          correlation: 0,
          corruptRatio: 0,
          reorderRatio: 0,
          seed: 7,
        },
      },
    ])
  })

  test('are lost by the kernel, or by user space where it cannot, and with a correlation by user space alone', () => {
    const plain = clusterRecipe('network-loss', { loss: '10%', direction: 'from' })
    const correlated = clusterRecipe('network-loss', { loss: '10%', correlation: '25%', direction: 'to' })
    const names = (recipe: typeof plain) =>
      recipe.actor === 'daemon' ? recipe.ways.map(({ actions }) => actions.map((action) => action.do)) : []
    expect(names(plain)).toEqual([['drop'], ['queue']])
    expect(names(correlated)).toEqual([['queue']])
    expect(actionsOf(plain)).toMatchObject([{ ratio: 0.1, match: { direction: 'from' } }])
    expect(actionsOf(correlated)).toMatchObject([
      { hook: 'output', impairment: { lossRatio: 0.1, correlation: 0.25, latencyMs: 0 } },
    ])
  })

  test.each([
    ['network-delay', { latency: '50ms' }, { latencyMs: 50 }, 0],
    ['network-loss', { loss: '5%' }, { lossRatio: 0.05 }, 0],
    ['network-corrupt', { corrupt: '5%' }, { corruptRatio: 0.05 }, 0],
    ['network-reorder', { reorder: '25%' }, { reorderRatio: 0.25, latencyMs: 10 }, 0],
    ['network-duplicate', { duplicate: '20%' }, { lossRatio: 0 }, 0.2],
  ] as const)('of %s are left to netem only when asked', (type, given, impairment, duplicateRatio) => {
    const words = (mechanism: object) => actionsOf(clusterRecipe(type, { ...given, ...mechanism })).map((one) => one.do)
    expect(words({})).not.toContain('netem')
    expect(actionsOf(clusterRecipe(type, { ...given, mechanism: 'netem' }))).toMatchObject([
      { do: 'netem', match: { direction: 'to' }, impairment, duplicateRatio },
    ])
  })

  test('are changed, overtaken, copied and shaped by their own means', () => {
    expect(actionsOf(clusterRecipe('network-corrupt', { corrupt: '5%' }))).toMatchObject([
      { do: 'queue', hook: 'both' },
    ])
    expect(actionsOf(clusterRecipe('network-reorder', { reorder: '25%' }))).toMatchObject([
      { do: 'queue', hook: 'input', match: { direction: 'from' } },
    ])
    expect(actionsOf(clusterRecipe('network-duplicate', { duplicate: '20%' }))).toEqual([
      { do: 'duplicate', match: { peers: undefined, direction: 'to', ports: undefined }, ratio: 0.2 },
    ])
    expect(actionsOf(clusterRecipe('network-bandwidth', { rate: '1mbit' }))).toMatchObject([
      { do: 'shape', bytesPerSecond: 125_000, match: { direction: 'both' } },
    ])
  })
})

describe('a policy', () => {
  test('is for the pods of the target alone', () => {
    expect(actionsOf(clusterRecipe('network-policy', { deny: 'ingress', period: '10s' }))).toEqual([
      {
        do: 'objects',
        periodMs: 10_000,
        manifests: [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata: {},
            spec: { policyTypes: ['Ingress'], podSelector: { matchLabels: { app: 'api' } } },
          },
        ],
      },
    ])
    const own = { kind: 'cilium.io/v2 CiliumNetworkPolicy', spec: { ingress: [{}] } }
    expect(actionsOf(clusterRecipe('network-policy', { policy: own }))).toMatchObject([
      {
        manifests: [
          { apiVersion: 'cilium.io/v2', spec: { ingress: [{}], endpointSelector: { matchLabels: { app: 'api' } } } },
        ],
      },
    ])
  })

  test.each<Partial<ClusterFacts>>([{ labels: {} }, { labels: undefined }])(
    'without labels would be for everybody: %o',
    (facts) => {
      expect(refusal(() => clusterRecipe('network-policy', {}, facts))).toMatch(/^PLAN: no label selects/)
    },
  )
})

describe('requests', () => {
  test('are led to a proxy at the declared ports, and asked for with a path that matches', () => {
    const recipe = clusterRecipe('http-abort', { path: '/api/*', method: 'post', share: '10%', status: 500 })
    expect(actionsOf(recipe)).toEqual([
      {
        do: 'redirect-http',
        ports: [8080, 9090],
        outbound: false,
        peers: undefined,
        match: { path: '/api/*', method: 'POST', share: 0.1 },
        rule: { rule: 'abort', status: 500 },
        seed: 7,
      },
    ])
    expect(recipe).toMatchObject({ probe: { probe: 'http', ports: [8080, 9090], path: '/api/', method: 'POST' } })
  })

  test('of the target to another need its ports', () => {
    expect(refusal(() => clusterRecipe('http-delay', { latency: '1s', ...db }))).toMatch(
      /PLAN: the ports of the other side .*ports: \[8080\]/,
    )
    expect(actionsOf(clusterRecipe('http-delay', { latency: '1s', ...db, ports: [5432] }))).toMatchObject([
      { outbound: true, peers, ports: [5432], rule: { rule: 'delay', delayMs: 1_000, jitterMs: 0 } },
    ])
    expect(refusal(() => clusterRecipe('http-abort', {}, { ports: [] }))).toMatch(
      /PLAN: api-7d9f-x2k4q declares no port/,
    )
  })

  test.each([
    [undefined, '/'],
    ['*', '/'],
    ['*/pay', '/pay'],
    ['/a*b', '/ab'],
  ])('with the path %s are asked for as %s', (path, asked) => {
    expect(clusterRecipe('http-replace', { body: 'x', ...(path && { path }) })).toMatchObject({
      probe: { path: asked },
    })
  })

  test('by gRPC are answered with a code', () => {
    const recipe = clusterRecipe('grpc-abort', { status: 'NOT_FOUND', message: 'gone', path: '/shop.Cart/Get' })
    expect(actionsOf(recipe)).toMatchObject([{ rule: { rule: 'grpc-abort', status: 5, message: 'gone' } }])
    expect(recipe).toMatchObject({ probe: { path: '/shop.Cart/Get', method: 'GRPC' } })
    expect(actionsOf(clusterRecipe('grpc-abort', {}))).toMatchObject([{ rule: { status: 14 } }])
  })
})

test.each([
  [
    'dns-error',
    { error: 'nxdomain', patterns: ['*.example.com', 'db'] },
    { answer: 'nxdomain' },
    'seaworthy.example.com',
  ],
  ['dns-error', {}, { answer: 'servfail' }, 'seaworthy'],
  ['dns-random', { patterns: ['db'] }, { answer: 'random' }, 'db'],
  [
    'dns-static',
    { patterns: ['a.*.'], addresses: ['10.0.0.9', '::1'] },
    { answer: 'static', addresses: ['10.0.0.9', '::1'] },
    'a.seaworthy',
  ],
])('%s %o asks for a name that matches', (type, given, answer, name) => {
  const recipe = clusterRecipe(type, given)
  expect(actionsOf(recipe)).toMatchObject([{ do: 'redirect-dns', answer, seed: 7 }])
  expect(recipe).toMatchObject({ probe: { probe: 'dns', name } })
})

test('connections go to the first declared port, or from the pod to the other side', () => {
  expect(actionsOf(clusterRecipe('connection-exhaust', { connections: 500 }))).toEqual([
    { do: 'open-connections', port: 8080, count: 500, peers: undefined },
  ])
  expect(actionsOf(clusterRecipe('connection-exhaust', { connections: 500, port: 5432, ...db }))).toMatchObject([
    { port: 5432, peers },
  ])
  expect(refusal(() => clusterRecipe('connection-exhaust', { connections: 1 }, { ports: [] }))).toMatch(
    /PLAN: .*declares no port/,
  )
})

test.each([
  ['network-partition', { ports: [80] }, 'ports'],
  ['network-delay', { latency: '1ms', mechanism: 'queue' }, 'mechanism'],
  ['network-bandwidth', { rate: '1mbit', ports: [80] }, 'ports'],
  ['connection-exhaust', { connections: 1, port: 80 }, 'port'],
  ['http-abort', { ports: [80] }, 'ports'],
  ['cpu-stress', { container: 'app' }, 'container'],
  ['memory-stress', { size: '1MiB', container: 'app' }, 'container'],
  ['process-kill', { process: 'x', container: 'app' }, 'container'],
  ['process-pause', { container: 'app' }, 'container'],
  ['pod-failure', { image: 'pause' }, 'image'],
])('%s %o is refused on platform process, where %s means nothing', (type, given, key) => {
  const work = () => typeOf(type).recipe(parse(type, given), factsFor('web'))
  expect(refusal(work)).toMatch(new RegExp(`^PLAN: ${key} of ${type} .*Remove ${key}`))
})
