import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type Socket } from 'node:net'
import { SeaworthyError } from '../kit/errors.ts'

const TUNNEL_MS = 15_000

/**
 * The proxy for a server: the kubeconfig's own one, or the environment's (HTTPS_PROXY or https_proxy, unless NO_PROXY
 * names the server, by name, suffix, address or range). Loopback is never proxied.
 * Throws SeaworthyError('PLATFORM') for one that is neither http nor https.
 */
export function proxyFor(
  server: URL,
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (configured !== undefined && configured !== '') return checkedProxy(configured, 'proxy-url of the kubeconfig')
  const host = server.hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return undefined
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const found = env[name.toLowerCase()] || env[name]
  if (!found || isExempt(host, portOf(server), env.no_proxy || env.NO_PROXY || '')) return undefined
  return checkedProxy(found.includes('://') ? found : `http://${found}`, name)
}

function checkedProxy(text: string, where: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href
  // The address may hold a password and is not shown.
  throw new SeaworthyError('PLATFORM', `${where} is not an http or https proxy${url ? ` but ${url.protocol}//` : ''}`, {
    remedy: 'Name an http:// or https:// proxy; SOCKS is not supported.',
  })
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80')
}

function isExempt(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || (inRange(host, entry) ?? matchesName(host, port, entry)))
}

function matchesName(host: string, port: string, entry: string): boolean {
  const [, name = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
  if (onlyPort !== undefined && onlyPort !== port) return false
  const bare = name.replace(/^\*?\./, '')
  return host.toLowerCase() === bare || host.toLowerCase().endsWith(`.${bare}`)
}

/** Undefined where the entry is neither an address nor a range. */
function inRange(host: string, entry: string): boolean | undefined {
  const [address = '', bits] = entry.replace(/^\[|\]$/g, '').split('/')
  const family = isIP(address)
  if (family === 0) return undefined
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const width = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits)
  if (!Number.isInteger(width) || width < 0 || width > (family === 4 ? 32 : 128)) return undefined
  const block = new BlockList()
  block.addSubnet(address, width, type)
  return isIP(host) === family && block.check(host, type)
}

/** A connection to `host:port` through the proxy (CONNECT, RFC 9110 section 9.3.6). Rejects when the proxy does not answer in 15 s. */
export function openTunnel(proxy: string, host: string, port: number, tunnelMs = TUNNEL_MS): Promise<Socket> {
  const url = new URL(proxy)
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(url),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: { host: target, ...authorization(url) },
  })
  const timer = setTimeout(() => request.destroy(timedOut(url.host)), tunnelMs)
  request.once('connect', (answer, socket) => {
    clearTimeout(timer)
    if (answer.statusCode === 200) return resolve(socket as Socket)
    socket.destroy()
    reject(refused(url.host, target, answer.statusCode))
  })
  request.once('response', (answer) => {
    answer.resume()
    request.destroy(refused(url.host, target, answer.statusCode))
  })
  request.once('error', (error) => {
    clearTimeout(timer)
    reject(error)
  })
  request.end()
  return promise
}

function authorization(url: URL): Record<string, string> {
  if (url.username === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function timedOut(proxy: string): Error {
  return Object.assign(new Error(`the proxy ${proxy} did not answer`), { code: 'ETIMEDOUT' })
}

function refused(proxy: string, target: string, status: number | undefined): Error {
  return Object.assign(new Error(`the proxy ${proxy} refused a connection to ${target} with status ${status}`), {
    code: 'EPROXY',
  })
}
