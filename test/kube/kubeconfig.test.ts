import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { isSeaworthyError, messageOf } from '../../src/kit/errors.ts'
import { loadConnection } from '../../src/kube/load-connection.ts'
import { writeKubeconfig } from '../../src/kube/write-kubeconfig.ts'

const SECRET = 'open-sesame-9f2'

interface Parts {
  readonly cluster?: object
  readonly user?: object
  readonly context?: object
  readonly name?: string
}

function config({ cluster = {}, user = { token: SECRET }, context = {}, name = 'ci' }: Parts = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${name}.test:6443`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...context } }],
  }
}

function folderWith(files: Record<string, string | object>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : stringify(content))
  return folder
}

function load(content: string | object, more: Partial<Parameters<typeof loadConnection>[0]> = {}) {
  return loadConnection({ kubeconfig: join(folderWith({ config: content }), 'config'), env: {}, ...more })
}

async function refusalOf(promise: Promise<unknown>): Promise<{ message: string; remedy: string }> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!isSeaworthyError(error)) throw new Error(`expected an error of ours, got ${String(error)}`)
  expect(error.code).toBe('PLATFORM')
  expect(`${messageOf(error)} ${error.remedy} ${JSON.stringify(error)}`).not.toContain(SECRET)
  return { message: error.message, remedy: error.remedy ?? '' }
}

describe('a kubeconfig', () => {
  it('says where and who', async () => {
    const connection = await load(config({ context: { namespace: 'shop' } }))
    expect(connection).toMatchObject({ server: 'https://ci.test:6443', namespace: 'shop', proxy: undefined })
    expect(connection.source).toMatch(/^context ci of \/.*config$/)
    expect(await connection.credentials.current()).toMatchObject({ token: SECRET })
  })

  it('is looked for where kubectl looks: the first file to name a thing is believed', async () => {
    const folder = folderWith({
      one: { ...config({ name: 'one' }), 'current-context': '' },
      two: { ...config({ name: 'two' }), clusters: [{ name: 'one', cluster: { server: 'https://other' } }] },
    })
    mkdirSync(join(folder, '.kube'))
    writeFileSync(join(folder, '.kube/config'), stringify(config({ name: 'home' })))
    const KUBECONFIG = ['none', 'one', 'two'].map((name) => join(folder, name)).join(':')
    const merged = await refusalOf(loadConnection({ env: { KUBECONFIG, HOME: folder } }))
    expect(merged.message).toContain('names a cluster "two" that is not there')
    const one = await loadConnection({ env: { KUBECONFIG, HOME: folder }, context: 'one' })
    expect(one.server).toBe('https://one.test:6443')
    expect((await loadConnection({ env: { HOME: folder } })).server).toBe('https://home.test:6443')
  })

  it('may leave its secrets in files beside it', async () => {
    const folder = folderWith({
      token: `${SECRET}\n`,
      config: config({ user: { tokenFile: 'token', token: 'other' } }),
    })
    const connection = await loadConnection({ kubeconfig: join(folder, 'config'), env: {} })
    expect(await connection.credentials.current()).toMatchObject({ token: SECRET })
  })

  it('may impersonate', async () => {
    const { headers } = await load(config({ user: { token: SECRET, as: 'dev', 'as-groups': ['devs'] } }))
    expect(headers).toEqual({ 'impersonate-user': 'dev', 'impersonate-group': 'devs' })
  })

  it.each([
    ['insecure-skip-tls-verify', { cluster: { 'insecure-skip-tls-verify': true } }, 'certificate-authority-data'],
    ['auth-provider', { user: { 'auth-provider': { name: 'gcp' } } }, 'exec plugin'],
    ['user name and password', { user: { username: 'a', password: SECRET } }, 'a client certificate or an exec plugin'],
    ['wants to run "aws"', { user: { exec: { apiVersion: 'v1', command: 'aws' } } }, 'Allow its absolute path'],
    ['not an address', { cluster: { server: 'ftp://x' } }, 'http or https address'],
    ['without TLS', { cluster: { server: 'http://prod.test' } }, 'Write https://'],
    ['not an http or https proxy', { cluster: { 'proxy-url': `socks5://u:${SECRET}@p:1` } }, 'SOCKS'],
    ['certificate-authority is not', { cluster: { 'certificate-authority-data': 'bm9uZQ==' } }, 'anew'],
    ['do not belong together', { user: { 'client-certificate-data': 'bm9uZQ==' } }, 'Give both'],
    ['certificate-authority cannot be read', { cluster: { 'certificate-authority': 'none.crt' } }, 'Put the file'],
    ['characters that no token has', { user: { token: `${SECRET}\nX-Injected: 1` } }, 'one line'],
    ['several groups', { user: { token: SECRET, as: 'a', 'as-groups': ['b', 'c'] } }, 'one group'],
  ] satisfies readonly (readonly [string, Parts, string])[])('is refused: %s', async (message, parts, remedy) => {
    const refusal = await refusalOf(load(config(parts)))
    expect(refusal.message).toContain(message)
    expect(refusal.remedy).toContain(remedy)
  })

  it('may be insecure where that was asked for', async () => {
    const insecure = config({ cluster: { 'insecure-skip-tls-verify': true } })
    expect((await load(insecure, { allowInsecure: true })).tls.insecure).toBe(true)
  })

  it.each([
    ['is not YAML', `users: [{token: ${SECRET}`],
    ['clusters is not as expected', `clusters: ${SECRET}`],
    ['clusters.0.cluster is not as expected', { ...config(), clusters: [{ name: 'ci', cluster: SECRET }] }],
    ['names no current context', 'kind: Config'],
    ['has no context "elsewhere"', { ...config(), 'current-context': 'elsewhere' }],
    ['more than 4194304 bytes', `# ${'x'.repeat(5_000_000)}`],
    [
      'cannot be used',
      `a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ne: [*d,*d,*d,*d]`,
    ],
  ])('is refused with its file and reason: %s', async (message, content) => {
    const refusal = await refusalOf(load(content))
    expect(refusal.message).toContain(message)
    expect(refusal.message).toContain('config')
    expect(refusal.remedy).not.toBe('')
  })

  it('must be there when it was named, and must be a file', async () => {
    const folder = folderWith({})
    expect((await refusalOf(loadConnection({ kubeconfig: join(folder, 'no'), env: {} }))).message).toContain('ENOENT')
    expect((await refusalOf(loadConnection({ kubeconfig: folder, env: {} }))).message).toContain('not a file')
    expect((await refusalOf(loadConnection({ kubeconfig: '/dev/zero', env: {} }))).message).toContain('not a file')
    expect((await refusalOf(loadConnection({ env: {} }))).remedy).toContain('--kubeconfig')
  })
})

describe('a pod', () => {
  it('uses its own service account', async () => {
    const serviceAccountFolder = folderWith({ token: SECRET, 'ca.crt': 'PEM', namespace: 'ci\n' })
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', HTTPS_PROXY: 'http://p:1' }
    const connection = await loadConnection({ env, serviceAccountFolder })
    expect(connection).toMatchObject({
      server: 'https://[fd00::1]:443',
      namespace: 'ci',
      tls: { ca: 'PEM' },
      proxy: undefined,
    })
    expect(await connection.credentials.current()).toEqual({ token: SECRET })
    expect((await refusalOf(loadConnection({ env, serviceAccountFolder: '/none' }))).message).toContain('not a pod')
  })
})

describe('a credential plugin', () => {
  function plugin(script: string, entry: object = {}) {
    const folder = folderWith({ plugin: `#!/bin/sh\n${script}\n` })
    chmodSync(join(folder, 'plugin'), 0o755)
    const apiVersion = 'client.authentication.k8s.io/v1'
    const exec = { apiVersion, command: join(folder, 'plugin'), provideClusterInfo: true, ...entry }
    const allowExec = [join(folder, 'plugin')]
    return { folder, connection: () => load(config({ user: { exec } }), { allowExec }) }
  }
  const answer = (status: object) =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })

  it('is run once, told of the cluster, and kept until it ends', async () => {
    const { connection, folder } = plugin(
      `echo "$KUBERNETES_EXEC_INFO $EXTRA $1" >> "$(dirname "$0")/log"; printf '%s' '${answer({ token: SECRET })}'`,
      { args: ['get'], env: [{ name: 'EXTRA', value: 'extra' }] },
    )
    const { credentials } = await connection()
    expect(await credentials.current()).toEqual({ cert: undefined, key: undefined, token: SECRET })
    await credentials.current()
    expect(await credentials.renew()).toBe(true)
    const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('"server":"https://ci.test:6443/"')
    expect(lines[0]).toMatch(/ extra get$/)
  })

  it('is asked again when its answer has ended', async () => {
    const { connection, folder } = plugin(
      `echo x >> "$(dirname "$0")/log"; printf '%s' '${answer({ token: SECRET, expirationTimestamp: '2001-01-01T00:00:00Z' })}'`,
    )
    const { credentials } = await connection()
    await credentials.current()
    await credentials.current()
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('x\nx\n')
  })

  it.each([
    ['ended with code 4', `echo ${SECRET} >&2; exit 4`],
    ['did not answer with an ExecCredential', `echo ${SECRET}`],
    ['without a token or certificate', `printf '%s' '${answer({})}'`],
  ])('is refused without its words: %s', async (message, script) => {
    const { credentials } = await plugin(script).connection()
    expect((await refusalOf(credentials.current())).message).toContain(message)
  })
})

describe('a kubeconfig for others', () => {
  it('leads to the same place as the same user', async () => {
    const folder = folderWith({})
    const connection = await load(
      config({ user: { token: SECRET, as: 'dev' }, cluster: { 'tls-server-name': 'kube' } }),
    )
    await writeKubeconfig(connection, join(folder, 'out'), 'shop')
    const again = await loadConnection({ kubeconfig: join(folder, 'out'), env: {} })
    const { server, tls, headers } = connection
    expect(again).toMatchObject({ server, tls, headers, namespace: 'shop' })
    expect(await again.credentials.current()).toEqual(await connection.credentials.current())
  })
})
