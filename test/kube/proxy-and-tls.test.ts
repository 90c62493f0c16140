import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { fixedCredentials, type KubeConnection } from '../../src/kube/connection.ts'
import { createKubeClient, type KubeClientOptions } from '../../src/kube/create-kube-client.ts'
import { proxyFor } from '../../src/kube/proxy-tunnel.ts'
import { connectionTo, skippingClock } from './fake-api.ts'

const folder = mkdtempSync(join(tmpdir(), 'tls-'))
const pem = (name: string) => readFileSync(join(folder, name), 'utf8')

beforeAll(async () => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'key')]
  const subject = ['-subj', '/CN=kube', '-addext', 'subjectAltName=DNS:kube.test,IP:127.0.0.1', '-days', '2']
  const { exitCode, stderr } = await exec('openssl', ['req', '-x509', ...key, ...subject, '-out', join(folder, 'cert')])
  if (exitCode !== 0) throw new Error(stderr)
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Says who the client is. */
async function apiServer(): Promise<number> {
  const server = createServer(
    { key: pem('key'), cert: pem('cert'), ca: pem('cert'), requestCert: true, rejectUnauthorized: false },
    (_, response) => {
      const peer = (
        response.socket as unknown as { getPeerCertificate: () => { subject?: { CN?: string } } }
      ).getPeerCertificate()
      response.end(JSON.stringify({ metadata: { name: peer.subject?.CN ?? 'nobody' } }))
    },
  )
  onTestFinished(() => server.closeAllConnections())
  return listening(server)
}

interface Seen {
  readonly target: string
  readonly authorization: string | undefined
}

async function proxyTo(port: number, answers: 'yes' | 'no' | 'never' = 'yes') {
  const seen: Seen[] = []
  const proxy = createProxy().on('connect', (request, near) => {
    seen.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] })
    near.on('error', () => undefined)
    if (answers === 'no') near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    if (answers !== 'yes') return
    const far = connect(port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      near.pipe(far).pipe(near)
    })
    near.once('close', () => far.destroy())
  })
  onTestFinished(() => proxy.closeAllConnections())
  return { seen, url: `http://me:secret@127.0.0.1:${await listening(proxy)}` }
}

function clientFor(server: string, more: Partial<KubeConnection> = {}, options: KubeClientOptions = {}) {
  const tls = { ca: pem('cert'), serverName: undefined, insecure: false }
  const client = createKubeClient({ ...connectionTo(server), tls, ...more }, { clock: skippingClock(), ...options })
  onTestFinished(client.close)
  return client
}

const NODE = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false }

describe('TLS', () => {
  it('shows its client certificate, and checks the server by address or by a name of its own', async () => {
    const port = await apiServer()
    const credentials = fixedCredentials({ cert: pem('cert'), key: pem('key') })
    const client = clientFor(`https://127.0.0.1:${port}`, { credentials })
    expect((await client.get(NODE, 'a'))?.metadata.name).toBe('kube')
    const other = { ca: pem('cert'), serverName: 'kube.test', insecure: false }
    expect(await clientFor(`https://localhost:${port}`, { tls: other }).get(NODE, 'a')).toBeDefined()
  })

  it('refuses a server that is not the one, at once', async () => {
    const port = await apiServer()
    const tls = { ca: undefined, serverName: undefined, insecure: false }
    const stranger = clientFor(`https://127.0.0.1:${port}`, { tls })
    await expect(stranger.get(NODE, 'a')).rejects.toMatchObject({
      status: 0,
      message: expect.stringContaining('SELF_SIGNED'),
    })
    expect(stranger.requests()).toBe(1)
    await expect(clientFor(`https://localhost:${port}`).get(NODE, 'a')).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
  })
})

describe('a proxy', () => {
  it('is asked for the server, and TLS goes through it', async () => {
    const proxy = await proxyTo(await apiServer())
    const client = clientFor('https://kube.test:6443', { proxy: proxy.url })
    expect(await client.get(NODE, 'a')).toBeDefined()
    expect(await client.get(NODE, 'b')).toBeDefined()
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(proxy.seen).toEqual([{ target: 'kube.test:6443', authorization }])
  })

  it.each([
    ['no', 'with status 407'],
    ['never', 'none within'],
  ] as const)('that says %s is named, without its password', async (answers, message) => {
    const proxy = await proxyTo(0, answers)
    const error = await clientFor('https://kube.test:6443', { proxy: proxy.url }, { deadlineMs: 1_000, attemptMs: 300 })
      .get(NODE, 'a')
      .catch((caught: unknown) => String(caught))
    expect(error).toContain(message)
    expect(error).not.toContain('secret')
  })

  const env = { HTTPS_PROXY: 'proxy:3128', NO_PROXY: 'localhost, .corp, 10.0.0.0/8, exact.test:6443,fd00::/8, *.star' }
  it.each([
    ['https://kube.test', 'http://proxy:3128/'],
    ['https://kube.corp', undefined],
    ['https://corp', undefined],
    ['https://notcorp', 'http://proxy:3128/'],
    ['https://10.9.8.7:6443', undefined],
    ['https://11.9.8.7:6443', 'http://proxy:3128/'],
    ['https://[fd00::5]', undefined],
    ['https://exact.test:6443', undefined],
    ['https://exact.test', 'http://proxy:3128/'],
    ['https://a.star', undefined],
    ['https://127.0.0.1:1', undefined],
    ['http://kube.test', undefined],
  ])('is used for %s: %s', (server, proxy) => {
    expect(proxyFor(new URL(server), undefined, env)).toBe(proxy)
  })

  it('of the kubeconfig comes before that of the environment, and `*` exempts all', () => {
    expect(proxyFor(new URL('https://kube.corp'), 'http://own:1', env)).toBe('http://own:1/')
    expect(proxyFor(new URL('https://a.test'), undefined, { ...env, no_proxy: '*' })).toBeUndefined()
    expect(() => proxyFor(new URL('https://a.test'), undefined, { https_proxy: 'socks5://x:1' })).toThrow('HTTPS_PROXY')
  })
})
