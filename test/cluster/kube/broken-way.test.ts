import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import { loadConnection } from '../../../src/kube/load-connection.ts'
import { CONFIG_MAPS, NAMESPACES } from '../../../src/kube/resources.ts'
import { ensureCluster } from '../cluster.ts'
import { openStage, until } from '../platform/stage.ts'

/** A proxy that can swallow what comes from the server, as a firewall does that has forgotten a connection. */
async function forgetfulProxy() {
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>()
  const server = createServer((near) => {
    near.on('error', () => undefined)
    near.once('data', (head) => {
      const [, host = '', port = ''] = /^CONNECT ([\d.]+):(\d+) /.exec(head.toString()) ?? []
      const far = connect(Number(port), host, () => {
        near.write('HTTP/1.1 200 Connection established\r\n\r\n')
        near.pipe(far).pipe(near)
      })
      far.on('error', () => near.destroy())
      const pair = { near, far }
      pairs.add(pair)
      near.once('close', () => {
        far.destroy()
        pairs.delete(pair)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const { near, far } of pairs) [near, far].map((socket) => socket.destroy())
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    opened: () => pairs.size,
    forget: () => {
      for (const { near, far } of pairs) {
        far.unpipe(near)
        far.resume()
        near.unpipe(far)
        near.resume()
      }
    },
    cut: () => {
      for (const { near } of pairs) near.resetAndDestroy()
    },
  }
}

it('goes on over connections that are cut, and over those that go silent', async () => {
  const stage = await openStage()
  const { kubeconfig } = await ensureCluster()
  const proxy = await forgetfulProxy()
  const connection = { ...(await loadConnection({ kubeconfig, env: {} })), proxy: proxy.url }
  const troubles: string[] = []
  const client = createKubeClient(connection, {
    attemptMs: 500,
    backoff: { firstMs: 20, longestMs: 100 },
    watch: { serverSeconds: [2, 2], silenceMs: 1_500, overdueMs: 500 },
    onTrouble: (detail) => troubles.push(detail),
  })
  const end = new AbortController()
  onTestFinished(() => {
    end.abort()
    client.close()
  })
  const informer = client.informer(CONFIG_MAPS, { namespace: stage.namespace })
  const added: string[] = []
  informer.on((change, { metadata }) => {
    if (change === 'added') added.push(metadata.name)
  })
  await informer.start(end.signal)
  expect(proxy.opened()).toBeGreaterThan(0)
  const add = (name: string) =>
    stage.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: stage.namespace },
    })

  await add('before')
  await until(() => added.includes('before'))
  proxy.forget()
  await add('in-silence')
  expect(await client.get(NAMESPACES, stage.namespace)).toBeDefined()
  await until(() => added.includes('in-silence'))
  proxy.cut()
  await add('after-cut')
  expect(await client.get(NAMESPACES, stage.namespace)).toBeDefined()
  await until(() => added.includes('after-cut'))
  expect(new Set(added).size).toBe(added.length)
})
