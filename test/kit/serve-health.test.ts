import { afterEach, describe, expect, it } from 'vitest'
import { type Health, type Serving, serveHealth } from '../../src/kit/serve-health.ts'

const serving: Serving[] = []
afterEach(async () => {
  await Promise.all(serving.splice(0).map((one) => one.close()))
})
const healthy: Health = { metrics: () => 'up 1\n', unhealthy: () => '', unready: () => '' }
async function serve(health: Health) {
  const one = await serveHealth(0, '127.0.0.1', health)
  serving.push(one)
  return one.port
}
async function ask(port: number, path: string) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

describe('a process that is asked how it is', () => {
  it('says that it is well, and what it has counted', async () => {
    const port = await serve(healthy)
    expect(await ask(port, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' })
    expect(await ask(port, '/readyz?verbose')).toMatchObject({ status: 200, text: 'ok\n' })
    expect(await ask(port, '/metrics')).toMatchObject({
      status: 200,
      text: 'up 1\n',
      type: 'text/plain; version=0.0.4; charset=utf-8',
    })
  })

  it('says what is wrong', async () => {
    const port = await serve({ ...healthy, unhealthy: () => 'it hangs', unready: () => 'it waits' })
    expect(await ask(port, '/healthz')).toMatchObject({ status: 503, text: 'it hangs\n' })
    expect(await ask(port, '/readyz')).toMatchObject({ status: 503, text: 'it waits\n' })
  })

  it('answers facts of its own, or why it has none', async () => {
    const port = await serve({
      ...healthy,
      facts: { '/known': async () => ({ a: 1 }), '/unknown': () => Promise.reject(new Error('no idea')) },
    })
    expect(await ask(port, '/known')).toEqual({ status: 200, text: '{"a":1}\n', type: 'application/json' })
    expect(await ask(port, '/unknown')).toMatchObject({ status: 503, text: 'no idea\n' })
  })

  it.each(['/', '/else', '/constructor', '/known'])('knows nothing of %s', async (path) => {
    const port = await serve(healthy)
    expect(await ask(port, path)).toMatchObject({ status: 404, text: '/metrics, /healthz, /readyz\n' })
  })

  it('cannot have a port that is taken', async () => {
    const port = await serve(healthy)
    await expect(serveHealth(port, '127.0.0.1', healthy)).rejects.toMatchObject({
      code: 'ENGINE',
      message: `cannot listen on 127.0.0.1:${port}`,
    })
  })
})
