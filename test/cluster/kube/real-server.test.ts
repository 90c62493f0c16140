import { expect, it, onTestFinished } from 'vitest'
import { discover } from '../../../src/kube/discover.ts'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { CONFIG_MAPS, DEPLOYMENTS, PODS } from '../../../src/kube/resources.ts'
import { deployed, deployment, openStage, SHELL, until } from '../platform/stage.ts'

it('creates, applies, patches, lists and removes as the server understands it', async () => {
  const { client, namespace } = await openStage()
  const base = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace, labels: { of: 'test' } } }
  const made = await client.create(CONFIG_MAPS, { ...base, data: { a: '1' } } as KubeObject)
  await expect(client.create(CONFIG_MAPS, base)).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists' })
  await expect(client.apply(CONFIG_MAPS, { ...base, data: { a: '2' } }, { manager: 'x' })).rejects.toMatchObject({
    status: 409,
  })
  await client.apply(CONFIG_MAPS, { ...base, data: { a: '2' } }, { manager: 'x', force: true })
  await client.patch(CONFIG_MAPS, 'a', namespace, { data: { b: '3' } }, { type: 'strategic' })
  await client.patch(CONFIG_MAPS, 'a', namespace, [{ op: 'add', path: '/data/c', value: '4' }], { type: 'json' })
  await client.patch(CONFIG_MAPS, 'a', namespace, { data: { d: 'no' } }, { type: 'merge', dryRun: true })
  expect(await client.list(CONFIG_MAPS, { namespace, labels: 'of=test' })).toMatchObject([
    { data: { a: '2', b: '3', c: '4' }, kind: 'ConfigMap' },
  ])
  await expect(client.remove(CONFIG_MAPS, 'a', namespace, { uid: 'other' })).rejects.toMatchObject({ status: 409 })
  expect(await client.remove(CONFIG_MAPS, 'a', namespace, { uid: made.metadata.uid ?? '' })).toBe(true)
  expect(await client.remove(CONFIG_MAPS, 'a', namespace)).toBe(false)
  expect(await client.get(CONFIG_MAPS, 'a', namespace)).toBeUndefined()
})

it('lists in pages and follows more objects than one page has', async () => {
  const { client, namespace } = await openStage()
  const names = Array.from({ length: 520 }, (_, place) => `item-${place}`)
  await Promise.all(
    names.map((name) =>
      client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, labels: { of: 'many' } },
      }),
    ),
  )
  expect(await client.list(CONFIG_MAPS, { namespace, labels: 'of=many' })).toHaveLength(520)
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const informer = client.informer(CONFIG_MAPS, { namespace, labels: 'of=many' })
  await informer.start(end.signal)
  expect(informer.items()).toHaveLength(520)
  await client.remove(CONFIG_MAPS, 'item-3', namespace)
  await until(() => informer.get('item-3') === undefined)
})

it('finds how kinds are called', async () => {
  const { client } = await openStage()
  expect(await discover(client, 'apps/v1', 'Deployment')).toEqual(DEPLOYMENTS)
  expect(await discover(client, 'v1', 'Pod')).toEqual(PODS)
  await expect(discover(client, 'v1', 'Scale')).rejects.toThrow('no kind "Scale"')
  await expect(discover(client, 'none.example/v1', 'Ship')).rejects.toThrow('no kind "Ship"')
  await expect(discover(client, '../../secrets', 'Ship')).rejects.toThrow('no kind "Ship"')
})

it('streams a log for as long as it is asked to', async () => {
  const stage = await openStage()
  const { client, namespace } = stage
  const command = ['/bin/sh', '-c', 'i=0; while true; do i=$((i+1)); echo line $i; sleep 0.1; done']
  await deployed(stage, deployment('web', 1, { image: SHELL, command }))
  const running = async () => (await client.list(PODS, { namespace, fields: 'status.phase=Running' }))[0]?.metadata.name
  await until(async () => (await running()) !== undefined)
  const end = new AbortController()
  const path = `/api/v1/namespaces/${namespace}/pods/${await running()}/log`
  let text = ''
  for await (const chunk of client.stream({ method: 'GET', path, query: { follow: 'true' }, signal: end.signal })) {
    text += chunk.toString()
    if (text.includes('line 5\n')) end.abort()
  }
  expect(text).toMatch(/^line 1\nline 2\n/)
  const missing = client.stream({ method: 'GET', path: path.replace('/log', 'x/log') })
  await expect(missing[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 404 })
})
