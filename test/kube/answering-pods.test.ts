import { expect, it } from 'vitest'
import { countReady } from '../../src/kube/answering-pods.ts'
import type { KubeClient, RawRequest } from '../../src/kube/kube-client.ts'

function answering(answer: (pod: string) => number | Error) {
  const asked: string[] = []
  const raw = async ({ path }: RawRequest) => {
    const pod = /\/pods\/([^:]+):\d+\/proxy\/readyz$/.exec(path)?.[1] ?? path
    asked.push(pod)
    const status = answer(pod)
    if (status instanceof Error) throw status
    return { status, body: Buffer.alloc(0), headers: {} }
  }
  return { asked, client: { raw } as Pick<KubeClient, 'raw'> as KubeClient }
}

const READY = { port: 1, path: 'readyz' }
const part = (pod: string, ready: boolean, deleting = false) => ({ pod, ready, deleting })

it('asks those that their kubelet has not called ready, and only those', async () => {
  const { client, asked } = answering((pod) => (pod === 'b' ? 200 : 503))
  const parts = [part('a', true), part('b', false), part('c', false), part('d', false, true)]
  expect(await countReady(client, 'ns', parts, READY)).toBe(2)
  expect(asked).toEqual(['b', 'c'])
})

it('believes the kubelets where pods may not be asked, or do not answer', async () => {
  const { client } = answering((pod) => (pod === 'b' ? 403 : new Error('no answer')))
  expect(await countReady(client, 'ns', [part('a', true), part('b', false), part('c', false)], READY)).toBe(1)
})

it('leaves the pods of a large cluster alone', async () => {
  const { client, asked } = answering(() => 200)
  const parts = Array.from({ length: 100 }, (_, index) => part(`p${index}`, index < 10))
  expect(await countReady(client, 'ns', parts, READY)).toBe(10)
  expect(asked).toEqual([])
})
