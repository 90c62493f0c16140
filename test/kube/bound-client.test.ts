import { expect, it } from 'vitest'
import { boundClient } from '../../src/kube/bound-client.ts'
import { CONFIG_MAPS } from '../../src/kube/resources.ts'
import { clientOf, fakeApi, hangs } from './fake-api.ts'

it('ends every call and every informer with the signal', async () => {
  const { client } = clientOf(await fakeApi(hangs))
  const over = new AbortController()
  const bound = boundClient(client, over.signal)
  const object = { metadata: { name: 'a', namespace: 'shop' } }
  const works: Promise<unknown>[] = [
    bound.get(CONFIG_MAPS, 'a', 'shop'),
    bound.list(CONFIG_MAPS),
    bound.create(CONFIG_MAPS, object),
    bound.apply(CONFIG_MAPS, object, { manager: 'me' }),
    bound.patch(CONFIG_MAPS, 'a', 'shop', {}, { type: 'merge' }),
    bound.remove(CONFIG_MAPS, 'a', 'shop'),
    bound.raw({ method: 'GET', path: '/x' }),
    bound.informer(CONFIG_MAPS).start(new AbortController().signal),
  ]
  over.abort(new Error('it is over'))
  const ends = await Promise.allSettled(works)
  expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : end.status))).toEqual(
    works.map(() => 'Error: it is over'),
  )
  await expect(bound.get(CONFIG_MAPS, 'a', 'shop')).rejects.toThrow('it is over')
})
