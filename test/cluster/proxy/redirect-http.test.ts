import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpProber } from '../../../src/daemon/proxy/http-prober.ts'
import { httpProxies, redirectHttp } from '../../../src/daemon/proxy/redirect-http.ts'
import { start } from '../../../src/kit/exec.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { ask as askLoopback } from '../../daemon/proxy/setting.ts'
import { until } from '../tools.ts'
import { IPTABLES, type Lab, NFT, openLab } from './lab.ts'

type HttpAction = Extract<NodeAction, { readonly do: 'redirect-http' }>

const HTTP = 8080
const GRPC = 9090
const RAW = 7070
const LONG_MS = 60_000

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
  await lab.start(process.execPath, fileURLToPath(new URL('app.ts', import.meta.url)), `${HTTP}`, `${GRPC}`, `${RAW}`)
  // Foreign rules, which must be as they were.
  await lab.inPod(
    'nft',
    'add table inet mesh; add chain inet mesh pre { type nat hook prerouting priority -100 ; }; add rule inet mesh pre tcp dport 1 redirect to :2',
  )
  await lab.inPod(
    'iptables',
    '-t',
    'nat',
    '-A',
    'PREROUTING',
    '-p',
    'tcp',
    '--dport',
    '3',
    '-j',
    'REDIRECT',
    '--to-ports',
    '4',
  )
})
afterAll(() => lab.close())

const action = (more: Partial<HttpAction> = {}): HttpAction => ({
  do: 'redirect-http',
  ports: [HTTP],
  outbound: false,
  peers: undefined,
  match: { path: '/pay*', method: undefined, share: 1 },
  rule: { rule: 'abort', status: 503 },
  seed: 1,
  ...more,
})

const ask = (path: string, options: object = {}) => askLoopback(HTTP, path, { host: lab.v4, ...options })
const status = async (path: string, options: object = {}) => (await ask(path, options)).status

async function foreignRules(): Promise<string> {
  const nft = await lab.inPod('nft', 'list', 'table', 'inet', 'mesh')
  return `${nft}${await lab.inPod('iptables', '-t', 'nat', '-S', 'PREROUTING')}`
}

test('is finished by one program, with what it counted', async () => {
  const context = lab.context('00000000', LONG_MS, NFT)
  await redirectHttp.apply(action(), lab.pod, context)
  expect(await status('/pay')).toBe(503)
  expect(await redirectHttp.finish?.(action(), lab.pod, context)).toEqual({ matched: 1, hit: 1 })
  expect(await status('/pay')).toBe(200)
  expect(await redirectHttp.leftovers(action(), lab.pod, context)).toEqual([])
  expect(await redirectHttp.finish?.(action(), lab.pod, context)).toBeUndefined()
})

describe.each([
  ['nft', NFT],
  ['iptables', IPTABLES],
])('with %s', (_tool, abilities) => {
  test('hurts what matches from its start to its end, over IPv4 and IPv6, and leaves nothing', async () => {
    const foreign = await foreignRules()
    const context = lab.context('00000001', LONG_MS, abilities)
    expect(redirectHttp.refuse(action(), lab.pod, abilities)).toBeUndefined()
    await redirectHttp.apply(action(), lab.pod, context)
    await redirectHttp.apply(action(), lab.pod, context)
    expect([await status('/pay?x'), await status('/list')]).toEqual([503, 200])
    expect([await status('/pay', { host: lab.v6 }), await status('/list', { host: lab.v6 })]).toEqual([503, 200])
    const big = await ask('/big')
    expect(createHash('sha256').update(big.body).digest('hex')).toBe(big.headers['x-digest'])
    expect(await redirectHttp.counters?.(action(), lab.pod, context)).toEqual({ matched: 2, hit: 2 })
    expect(await redirectHttp.leftovers(action(), lab.pod, context)).not.toEqual([])
    await redirectHttp.undo(action(), lab.pod, context)
    await redirectHttp.undo(action(), lab.pod, context)
    expect(await status('/pay')).toBe(200)
    expect(await redirectHttp.leftovers(action(), lab.pod, context)).toEqual([])
    expect(await foreignRules()).toBe(foreign)
    expect(await lab.inPod('nft', 'list', 'ruleset')).not.toContain('0000001')
    expect(context.exits).toEqual([])
  })

  test('leaves connections that are open alone', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const socket = connect(RAW, lab.v4)
    socket.write('one')
    expect(String((await once(socket, 'data'))[0])).toBe('one')
    expect(await status('/pay', { agent })).toBe(200)
    const context = lab.context('00000002', LONG_MS, abilities)
    await redirectHttp.apply(action({ ports: [HTTP, RAW] }), lab.pod, context)
    expect([await status('/pay', { agent }), await status('/pay')]).toEqual([200, 503])
    socket.write('two')
    expect(String((await once(socket, 'data'))[0])).toBe('two')
    await redirectHttp.undo(action(), lab.pod, context)
    socket.write('three')
    expect(String((await once(socket, 'data'))[0])).toBe('three')
    socket.destroy()
    agent.destroy()
  })

  test('ends by the kernel alone when daemon and proxy were killed', async () => {
    const context = lab.context('00000003', 4_000, abilities)
    const daemon = await startDaemon(action(), context)
    const proxy = await listenerProcess()
    expect(await status('/pay')).toBe(503)
    daemon.kill('SIGSTOP')
    process.kill(proxy, 'SIGKILL')
    daemon.kill('SIGKILL')
    await until('the way to be open', async () => (await status('/pay').catch(() => undefined)) === 200 || undefined)
    expect(await redirectHttp.leftovers(action(), lab.pod, context)).not.toEqual([])
    await redirectHttp.undo(action(), lab.pod, context)
    expect(await redirectHttp.leftovers(action(), lab.pod, context)).toEqual([])
  })

  test('ends at its time by the kernel, though its proxy is still taken for alive', async () => {
    const context = lab.context('00000011', 2_000, abilities)
    await redirectHttp.apply(action(), lab.pod, context)
    process.kill((await httpProxies.pidOf(lab.pod)) ?? 0, 'SIGSTOP')
    // Beats as the proxy's, from its user.
    const beat = `use Socket; socket(S, PF_INET, SOCK_DGRAM, 0); while (1) { send(S, "", 0, sockaddr_in(${HTTP}, inet_aton("127.128.0.17"))); select(undef, undef, undef, 0.2) }`
    const beater = start(
      'nsenter',
      [
        '-t',
        `${lab.pod.sandbox?.pid}`,
        '-n',
        'setpriv',
        '--pdeathsig',
        'KILL',
        '--reuid=61337',
        '--regid=61337',
        '--clear-groups',
        'perl',
        '-e',
        beat,
      ],
      { stdio: 'ignore' },
    )
    const quick = () => status('/pay', { signal: AbortSignal.timeout(500) }).catch(() => undefined)
    await until('its end', async () => (await quick()) === 200 || undefined)
    const alive = abilities.nft
      ? await lab.inPod('nft', 'list', 'set', 'inet', 'sw_00000011', 'alive')
      : await lab.inPod('ipset', 'list', 'sw_00000011_alive')
    expect(alive).toMatch(/8080 (expires|timeout)/)
    beater.kill('SIGKILL')
    process.kill((await httpProxies.pidOf(lab.pod)) ?? 0, 'SIGKILL')
    await redirectHttp.undo(action(), lab.pod, context)
  })

  test('a stopped proxy is let go of, and led to again when it lives on', async () => {
    const context = lab.context('00000004', LONG_MS, abilities)
    await redirectHttp.apply(action(), lab.pod, context)
    const pid = (await httpProxies.pidOf(lab.pod)) ?? 0
    process.kill(pid, 'SIGSTOP')
    // A connection that was led there before waits for the proxy; it is given up and tried again.
    const quick = () => status('/pay', { signal: AbortSignal.timeout(500) }).catch(() => undefined)
    await until('the way past it', async () => (await quick()) === 200 || undefined)
    process.kill(pid, 'SIGCONT')
    await until('the way to it', async () => (await quick()) === 503 || undefined)
    await redirectHttp.undo(action(), lab.pod, context)
  })
})

async function startDaemon(what: NodeAction, context: ReturnType<Lab['context']>) {
  const order = JSON.stringify({ action: what, pod: lab.pod, context })
  const daemon = start(process.execPath, [fileURLToPath(new URL('daemon.ts', import.meta.url)), order], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (!daemon.stdout) throw new Error('no output')
  await once(createInterface({ input: daemon.stdout }), 'line')
  return daemon
}

/** Of the proxy that listens in the pod, as the kernel knows it. */
async function listenerProcess(): Promise<number> {
  const lines = (await lab.inPod('ss', '-Htlnpe')).split('\n')
  const pid = /pid=(\d+)/.exec(lines.find((line) => line.includes('uid:61337')) ?? '')?.[1]
  return Number(pid ?? Number.NaN)
}

test('a proxy ends with its daemon', async () => {
  const daemon = await startDaemon(action(), lab.context('00000005', 60_000))
  await listenerProcess()
  daemon.kill('SIGKILL')
  await until('the proxy to end', async () => Number.isNaN(await listenerProcess()) || undefined)
  await redirectHttp.undo(action(), lab.pod, lab.context('00000005', 60_000))
})

test('a killed proxy is told of and the way opened at once', async () => {
  const context = lab.context('00000006', LONG_MS)
  await redirectHttp.apply(action(), lab.pod, context)
  process.kill((await httpProxies.pidOf(lab.pod)) ?? 0, 'SIGKILL')
  await until('the daemon to be told', () => context.exits.length > 0 || undefined)
  expect(context.exits[0]).toContain('SIGKILL')
  expect(await status('/pay')).toBe(200)
  expect(await redirectHttp.leftovers(action(), lab.pod, context)).toEqual([])
})

test.each([['first'], ['last']])('two faults on one pod act side by side, the %s undone first', async (which) => {
  const one = { what: action(), context: lab.context('0000000a', LONG_MS) }
  const two = {
    what: action({ match: { path: '/list', method: undefined, share: 1 }, rule: { rule: 'abort', status: 500 } }),
    context: lab.context('0000000b', LONG_MS),
  }
  await redirectHttp.apply(one.what, lab.pod, one.context)
  await redirectHttp.apply(two.what, lab.pod, two.context)
  expect([await status('/pay'), await status('/list'), await status('/')]).toEqual([503, 500, 200])
  const [gone, left] = which === 'first' ? [one, two] : [two, one]
  await redirectHttp.undo(gone.what, lab.pod, gone.context)
  expect([await status('/pay'), await status('/list')]).toEqual(which === 'first' ? [200, 500] : [503, 200])
  await redirectHttp.undo(left.what, lab.pod, left.context)
  expect([await status('/pay'), await status('/list')]).toEqual([200, 200])
})

test('stands beside a partition of the same pod', async () => {
  const context = lab.context('0000000c', LONG_MS)
  await lab.inPod(
    'nft',
    'add table inet sw_other; add chain inet sw_other in { type filter hook input priority -300 ; }; add rule inet sw_other in tcp dport 7070 drop',
  )
  await redirectHttp.apply(action({ ports: [HTTP, RAW] }), lab.pod, context)
  expect(await status('/pay')).toBe(503)
  await redirectHttp.undo(action(), lab.pod, context)
  expect(await lab.inPod('nft', 'list', 'tables')).toContain('sw_other')
  await lab.inPod('nft', 'delete', 'table', 'inet', 'sw_other')
})

test('the daemon asks through it, before and under the fault, and is not counted', async () => {
  const context = lab.context('0000000d', LONG_MS)
  const probe = { probe: 'http', ports: [HTTP], path: '/pay', method: 'GET' } as const
  expect((await httpProber.read(probe, lab.pod, context, [])).answers).toEqual({ '200': 1 })
  await redirectHttp.apply(action({ match: { path: '/pay', method: undefined, share: 0.01 } }), lab.pod, context)
  const under = await httpProber.read(probe, lab.pod, context, [])
  expect(under.answers).toEqual({ '503': 1 })
  expect(under.answerMedianMs).toBeGreaterThan(0)
  expect(await redirectHttp.counters?.(action(), lab.pod, context)).toEqual({ matched: 0, hit: 0 })
  await redirectHttp.undo(action(), lab.pod, context)
})

test('aborts gRPC calls, and the daemon sees it', async () => {
  const context = lab.context('0000000e', LONG_MS)
  const probe = { probe: 'http', ports: [GRPC], path: '/shop.Till/Pay', method: 'GRPC' } as const
  const what = action({
    ports: [GRPC],
    match: { path: '/shop.Till/*', method: undefined, share: 1 },
    rule: { rule: 'grpc-abort', status: 14, message: 'no' },
  })
  expect((await httpProber.read(probe, lab.pod, context, [])).answers).toEqual({ 'grpc 0': 1 })
  await redirectHttp.apply(what, lab.pod, context)
  expect((await httpProber.read(probe, lab.pod, context, [])).answers).toEqual({ 'grpc 14': 1 })
  const session = connectHttp2(`http://${lab.v4}:${GRPC}`)
  const call = session.request({ ':method': 'POST', ':path': '/shop.Shelf/List' })
  const trailers = once(call, 'trailers')
  call.resume().end()
  expect((await trailers)[0]).toMatchObject({ 'grpc-status': '0' })
  session.destroy()
  await redirectHttp.undo(what, lab.pod, context)
})

test.each([
  ['nft', NFT],
  ['iptables', IPTABLES],
])('hurts what the pod asks of its peers, and of them alone, with %s', async (_tool, abilities) => {
  const server = createServer((_message, answer) => answer.end('ok'))
  server.listen(0, '::')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  const context = lab.context('0000000f', LONG_MS, abilities)
  const v4 = action({ ports: [port], outbound: true, peers: { v4: [`${lab.host4}/32`], v6: [] } })
  const probe = { probe: 'http', ports: [port], path: '/pay', method: 'GET' } as const
  const get = async (host: string) => (await httpProber.read(probe, lab.pod, context, [host])).answers
  expect(await get(lab.host4)).toEqual({ '200': 1 })
  await redirectHttp.apply(v4, lab.pod, context)
  expect([await get(lab.host4), await get(lab.host6)]).toEqual([{ '503': 1 }, { '200': 1 }])
  const v6 = { ...v4, peers: { v4: [], v6: [lab.host6] } }
  await redirectHttp.update?.(v6, lab.pod, context)
  expect([await get(lab.host4), await get(lab.host6)]).toEqual([{ '200': 1 }, { '503': 1 }])
  await redirectHttp.undo(v6, lab.pod, context)
  expect(await get(lab.host6)).toEqual({ '200': 1 })
  server.closeAllConnections()
  server.close()
})

test('says why it cannot be done', () => {
  const no = (what: HttpAction, pod = lab.pod, abilities = NFT) => redirectHttp.refuse(what, pod, abilities)
  expect(no(action({ ports: [] }))).toContain('no TCP port is known')
  expect(no(action({ ports: [70_000] }))).toContain('not a port')
  expect(no(action(), { ...lab.pod, hostNetwork: true })).toContain('network')
  expect(no(action(), lab.pod, { ...NFT, redirect: false })).toContain('cannot redirect')
  expect(no(action(), lab.pod, { ...NFT, nft: false, ipset: false })).toContain('neither')
  expect(no(action({ outbound: true }))).toContain('no address')
  expect(no(action({ outbound: true, peers: { v4: ['10.0.0.0/8'], v6: [] } }))).toContain('too many')
})

test('a pod that is gone is undone', async () => {
  const other = await openLab()
  const context = other.context('00000010', LONG_MS)
  await redirectHttp.apply(action(), other.pod, context)
  await other.close()
  process.kill((await httpProxies.pidOf(other.pod)) ?? 0, 'SIGKILL')
  await until('its end', async () => ((await httpProxies.pidOf(other.pod)) === undefined ? true : undefined))
  await redirectHttp.undo(action(), other.pod, context)
  expect(await redirectHttp.leftovers(action(), other.pod, context)).toEqual([])
})
