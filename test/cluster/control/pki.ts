import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Shape } from '../shape.ts'
import { run } from '../tools.ts'

const DAYS = '30'
/** Elliptic curves: such a key takes no time to make. */
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const

/** Who asks the API server, by token. The names are those for which Kubernetes brings roles of its own. */
const USERS = {
  admin: { user: 'admin', group: 'system:masters' },
  'controller-manager': { user: 'system:kube-controller-manager', group: '' },
  scheduler: { user: 'system:kube-scheduler', group: '' },
  proxy: { user: 'system:kube-proxy', group: '' },
  'node-1': { user: 'system:node:node-1', group: 'system:nodes' },
  'node-2': { user: 'system:node:node-2', group: 'system:nodes' },
} as const

export type User = keyof typeof USERS

export function kubeconfigOf(shape: Shape, user: User): string {
  return join(shape.folder, user === 'admin' ? 'kubeconfig' : `kubeconfig-${user}`)
}

/** Makes keys, certificates, tokens and kubeconfigs anew for this cluster. Returns the token of its administrator. */
export async function makeCredentials(shape: Shape): Promise<string> {
  const folder = join(shape.folder, 'pki')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await openssl(folder, [
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    'ca.key',
    '-subj',
    '/CN=seaworthy-test',
    '-days',
    DAYS,
    '-out',
    'ca.crt',
  ])
  await openssl(folder, ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'accounts.key'])
  await openssl(folder, ['ec', '-in', 'accounts.key', '-pubout', '-out', 'accounts.pub'])
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']
  const addresses = ['127.0.0.1', shape.apiService, shape.link.node, shape.nodes[0].ip]
  const serves = [...names.map((name) => `DNS:${name}`), ...addresses.map((address) => `IP:${address}`)]
  await leaf(folder, 'apiserver', '/CN=kube-apiserver', `subjectAltName=${serves.join(',')}`)
  await leaf(folder, 'kubelet-client', '/O=system:masters/CN=kubelet-client', 'extendedKeyUsage=clientAuth')
  await leaf(folder, 'front-proxy', '/CN=front-proxy', 'extendedKeyUsage=clientAuth')
  return writeTokens(shape, folder)
}

async function leaf(folder: string, name: string, subject: string, extension: string): Promise<void> {
  const [key, request, certificate] = [`${name}.key`, `${name}.csr`, `${name}.crt`]
  writeFileSync(join(folder, `${name}.ext`), `${extension}\n`)
  await openssl(folder, ['req', ...KEY, '-keyout', key, '-subj', subject, '-out', request])
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', DAYS]
  await openssl(folder, ['x509', '-req', '-in', request, ...authority, '-extfile', `${name}.ext`, '-out', certificate])
}

async function openssl(directory: string, args: readonly string[]): Promise<void> {
  await run('openssl', args, { directory })
}

function writeTokens(shape: Shape, folder: string): string {
  const tokens = new Map<User, string>()
  const lines = Object.entries(USERS).map(([key, { user, group }]) => {
    const token = randomBytes(24).toString('hex')
    tokens.set(key as User, token)
    return `${token},${user},${user}${group === '' ? '' : `,"${group}"`}\n`
  })
  writeFileSync(join(folder, 'tokens.csv'), lines.join(''), { mode: 0o600 })
  for (const [user, token] of tokens)
    writeFileSync(kubeconfigOf(shape, user), kubeconfig(shape, token), { mode: 0o600 })
  return tokens.get('admin') ?? ''
}

function kubeconfig(shape: Shape, token: string): string {
  const name = `seaworthy-${shape.number}`
  const cluster = { server: shape.server, 'certificate-authority': join(shape.folder, 'pki/ca.crt') }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  })
}
