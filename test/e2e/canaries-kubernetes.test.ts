import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { fakeApi } from '../kube/fake-api.ts'
import { type Canary, canary, expectNoLeak, filesBelow, told } from './canaries.ts'
import { type Finished, seaworthy, workplace } from './gate.ts'
import { previewApi } from './preview-api.ts'
import { suiteOf } from './suite-of.ts'

const suite = (system: object = {}) =>
  suiteOf([{ name: 'one dies', fault: { type: 'pod-kill', target: { workload: 'Deployment/web', mode: 'one' } } }], {
    system: { namespace: 'preview', workloads: ['Deployment/web'], ...system },
  })

const token = canary('kube token', 'plain')
const key = canary('kube key', 'plain')
const proxy = canary('kube proxy', 'plain')
const secret = token.value

let temp: string
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'seaworthy-kubeconfig-'))
})

/** A certificate for 127.0.0.1 that nobody vouches for, and its key. */
let pem: { readonly cert: string; readonly key: string }
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tls-'))
  const [cert, keyFile] = [join(folder, 'cert'), join(folder, 'key')]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile, '-out', cert]
  const subject = ['-subj', '/CN=kube', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  const { exitCode, stderr } = await exec('openssl', ['req', '-x509', ...made, ...subject])
  if (exitCode !== 0) throw new Error(stderr)
  pem = { cert: readFileSync(cert, 'utf8'), key: readFileSync(keyFile, 'utf8') }
})

const config = (server: string, user: object, more: object = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server, ...more } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  })

interface Asked {
  readonly command?: string
  readonly text?: string
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  readonly canaries?: readonly Canary[]
}

/** A command that cannot do what it is for; in all that it says and writes, none of the secrets. */
async function ask(kubeconfig: string, asked: Asked = {}): Promise<Finished & { readonly reports: string }> {
  const { command = 'plan', text = suite(), env = {}, flags = [], canaries = [token, key, proxy] } = asked
  const where = workplace(text)
  const path = join(temp, 'kubeconfig')
  writeFileSync(path, kubeconfig)
  const words = command === 'doctor' ? ['--suite', where.suite] : [where.suite]
  const place = { ...where, env: { ...where.env, ...env } }
  const done = await seaworthy(place, command, ...words, '--kubeconfig', path, ...flags)
  expect(done.exitCode).toBeGreaterThan(1)
  expect(done.stdout + done.stderr).not.toBe('')
  expectNoLeak([...told(done), ...filesBelow(where.folder)], canaries)
  return { ...done, reports: where.reports }
}

describe('what a kubeconfig holds', () => {
  it.each([
    [
      'as Kubernetes does',
      (sent: string) => JSON.stringify({ kind: 'Status', message: `no: ${sent}`, reason: 'Forbidden', code: 403 }),
    ],
    ['as a proxy does', (sent: string) => `<html>${sent}</html>`],
    ['in base64', (sent: string) => Buffer.from(sent).toString('base64')],
  ])('a server that repeats what it was sent, %s', async (_, words) => {
    const api = await fakeApi((response, { headers }) => {
      response.writeHead(403, { 'content-type': 'application/json' }).end(words(headers.authorization ?? ''))
    })
    const { stderr } = await ask(config(api.url, { token: secret }))
    expect(api.seen[0]?.headers.authorization).toBe(`Bearer ${secret}`)
    expect(stderr).toContain('***')
  })

  it('a plugin whose output is a token, which the server repeats', async () => {
    const plugin = join(temp, 'plugin')
    const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token: secret } }
    writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`)
    chmodSync(plugin, 0o755)
    const api = await fakeApi((response, { headers }) => {
      response.writeHead(401).end(headers.authorization)
    })
    const exec = { apiVersion: answer.apiVersion, command: plugin, interactiveMode: 'Never' }
    await ask(config(api.url, { exec }), { env: { SEAWORTHY_ALLOW_EXEC: plugin } })
    expect(api.seen[0]?.headers.authorization).toBe(`Bearer ${secret}`)
  })

  it.each([
    [
      'a plugin that fails',
      {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: '/bin/sh',
          args: ['-c', `echo ${secret}; echo ${secret} >&2; exit 1`],
        },
      },
    ],
    [
      'a plugin that answers with something else',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args: ['-c', `echo ${secret}`] } },
    ],
    [
      'a plugin that is not allowed',
      {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'login',
          args: [secret],
          env: [{ name: 'T', value: secret }],
        },
      },
    ],
    [
      'a key that is none',
      {
        'client-key-data': Buffer.from(key.value).toString('base64'),
        'client-certificate-data': Buffer.from(secret).toString('base64'),
      },
    ],
    ['a token that cannot be sent', { token: `${secret}\nx` }],
    ['a user with a password', { username: 'me', password: secret }],
    ['a token in a wrong place', { token: { value: secret } }],
  ])('%s', async (_, user) => {
    await ask(config('https://127.0.0.1:1', user), { env: { SEAWORTHY_ALLOW_EXEC: '/bin/sh' } })
  })

  it.each([
    ['a server with a password in its address', () => config(`https://me:${secret}@127.0.0.1:1`, {})],
    [
      'a proxy of another kind',
      () => config('https://kube.example', {}, { 'proxy-url': `socks5://me:${secret}@127.0.0.1:1` }),
    ],
    ['a file that is not YAML', () => `users: [{name: u, user: {token: "${secret}}}`],
  ])('%s', async (_, text) => {
    await ask(text())
  })
})

describe('the address of a server that cannot be reached', () => {
  const variable = canary('CLUSTER_TOKEN', 'plain')
  const env = { CLUSTER_TOKEN: variable.value }
  const canaries = [token, key, proxy, variable]

  /** Nobody vouches for it, so that nothing is asked of it, and it is not tried again. */
  async function stranger(): Promise<string> {
    const server = createServer(pem, (_, response) => response.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  const addresses: readonly (readonly [string, (origin: string) => string, string])[] = [
    ['in its query', (origin) => `${origin}/k8s?token=${encodeURIComponent(secret)}`, '/k8s'],
    ['behind its hash', (origin) => `${origin}/k8s#${secret}`, '/k8s'],
    ['of the environment in its path', (origin) => `${origin}/${encodeURIComponent(variable.value)}/k8s`, '/***/k8s'],
  ]
  const commands = [['plan'], ['run'], ['run', '--json'], ['doctor'], ['doctor', '--json']] as const
  const cases = addresses.flatMap(([where, ...address]) =>
    commands.map(([command, ...flags]) => [where, [command, ...flags].join(' '), { command, flags, address }] as const),
  )

  it.each(cases)('is told without a secret %s, by %s', async (_, __, { command, flags, address: [make, shown] }) => {
    const origin = await stranger()
    const done = await ask(config(make(origin), { token: secret }), { command, flags, env, canaries })
    expect(done.stdout + done.stderr).toContain(`${origin}${shown}`)
    expect(done.stdout + done.stderr).toMatch(/no answer from/)
  })

  it('is told without the password of the proxy that does not lead there', async () => {
    const password = encodeURIComponent(proxy.value)
    const more = { 'proxy-url': `http://me:${password}@127.0.0.1:1` }
    const kubeconfig = config('https://kube.example:6443', { token: secret }, more)
    const { stdout } = await ask(kubeconfig, { command: 'doctor', canaries })
    expect(stdout).toMatch(/no answer from[\s\S]*ECONNREFUSED/)
  })
})

describe('what a deploy command prints', () => {
  const deploy = canary('DEPLOY_SECRET', 'plain')
  const inFile = (): Canary => {
    const core = (pem.key.split('\n')[1] ?? '').slice(0, 24)
    return { name: 'client key', value: pem.key, core }
  }
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const COMMAND = [
    `cat "$KUBECONFIG"`,
    `base64 -w 0 "$KUBECONFIG" >&2`,
    `echo "told $\{DEPLOY_SECRET}" "$NAMESPACE"`,
    `printf 'at the end $\{DEPLOY_SECRET}'`,
    'exit 7',
  ].join('; ')

  it.each([['as text'], ['as JSON', '--json']])(
    'has no secret in it, in its log or where its last words are quoted, %s',
    async (_, ...flags) => {
      const api = await previewApi()
      const user = { token: secret, 'client-key-data': base64(pem.key), 'client-certificate-data': base64(pem.cert) }
      const more = { 'proxy-url': `http://me:${encodeURIComponent(proxy.value)}@127.0.0.1:1` }
      const done = await ask(config(api.url, user, more), {
        command: 'run',
        flags: ['--install', 'ensure', ...flags],
        text: suite({ deploy: { command: COMMAND, brings: { 'Deployment/web': 2 } } }),
        env: { DEPLOY_SECRET: deploy.value },
        canaries: [token, proxy, deploy, inFile()],
      })
      expect(done.exitCode).toBe(3)
      const log = readFileSync(join(done.reports, 'deploy.log'), 'utf8')
      expect(log).toContain(`"server":"${api.url}"`)
      expect(log).toContain('"token":"***","client-certificate-data"')
      expect(log).toMatch(/told \*{3} preview\n[\s\S]*at the end \*{3}/)
      for (const text of [done.stdout + done.stderr, readFileSync(join(done.reports, 'journal.json'), 'utf8')])
        expect(text).toContain('the deploy command ended with code 7')
    },
  )
})
