import { expect, it } from 'vitest'
import { discover } from '../../src/kube/discover.ts'
import { clientOf, fakeApi, json, resets } from './fake-api.ts'

const resources = (...kinds: readonly string[]) =>
  json(200, {
    resources: [
      { name: 'ships/scale', kind: 'Ship', namespaced: true },
      ...kinds.map((kind) => ({ name: `${kind.toLowerCase()}s`, kind, namespaced: true })),
    ],
  })

it('asks once a version, and again for what it did not find', async () => {
  const api = await fakeApi(resources('Ship'))
  const { client } = clientOf(api)
  const ship = { group: 'sea.dev', version: 'v1', plural: 'ships', kind: 'Ship', namespaced: true }
  expect(await Promise.all([1, 2].map(() => discover(client, 'sea.dev/v1', 'Ship')))).toEqual([ship, ship])
  expect(await discover(client, 'sea.dev/v1', 'Ship')).toEqual(ship)
  expect(api.seen).toHaveLength(1)
  await expect(discover(client, 'sea.dev/v1', 'Boat')).rejects.toThrow('no kind "Boat" in "sea.dev/v1"')
  api.script(resources('Ship', 'Boat'))
  expect((await discover(client, 'sea.dev/v1', 'Boat')).plural).toBe('boats')
})

it('does not keep a failure', async () => {
  const api = await fakeApi(resets)
  const { client } = clientOf(api, { deadlineMs: 1_500 })
  await expect(discover(client, 'v1', 'Ship')).rejects.toMatchObject({ status: 0 })
  api.script(resources('Ship'))
  expect(await discover(client, 'v1', 'Ship')).toMatchObject({ group: '', plural: 'ships' })
})
