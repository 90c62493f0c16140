import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dnsProber } from '../../../src/daemon/proxy/dns-prober.ts'
import { dnsResponders, redirectDns } from '../../../src/daemon/proxy/redirect-dns.ts'
import { start } from '../../../src/kit/exec.ts'
import type { NodeAction } from '../../../src/model/cluster/node-action.ts'
import { until } from '../tools.ts'
import { IPTABLES, type Lab, NFT, openLab } from './lab.ts'

type DnsAction = Extract<NodeAction, { readonly do: 'redirect-dns' }>

const LONG_MS = 60_000
/** Resolvers of the test stand on the host's end of the wire, under addresses that no other test has. */
let lab: Lab
let asker: ReturnType<typeof start>
let answers: Interface
let resolver: ReturnType<typeof start>

beforeAll(async () => {
  lab = await openLab((host4, host6) => `nameserver ${host4}\nnameserver ${host6}\nsearch shop.svc.cluster.local\n`)
  resolver = start('setpriv', ['--pdeathsig', 'KILL', process.execPath, RESOLVER, lab.host4, lab.host6], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await firstLine(resolver)
  asker = (await lab.start(process.execPath, ASKER)).child
  if (!asker.stdout) throw new Error('no output')
  answers = createInterface({ input: asker.stdout })
})
afterAll(async () => {
  resolver.kill('SIGKILL')
  await lab.close()
})

const RESOLVER = fileURLToPath(new URL('resolver.ts', import.meta.url))
const ASKER = fileURLToPath(new URL('asker.ts', import.meta.url))
const DAEMON = fileURLToPath(new URL('daemon.ts', import.meta.url))

async function firstLine({ stdout }: ReturnType<typeof start>): Promise<void> {
  if (!stdout) throw new Error('no output')
  await once(createInterface({ input: stdout }), 'line')
}

async function ask(words: string): Promise<string> {
  const line = once(answers, 'line')
  asker.stdin?.write(`${words}\n`)
  return String((await line)[0])
}

const action = (more: Partial<DnsAction> = {}): DnsAction => ({
  do: 'redirect-dns',
  patterns: ['db*.example'],
  answer: { answer: 'nxdomain' },
  seed: 1,
  ...more,
})

test('is finished by one program, with what it counted; what a later daemon finds has to be undone', async () => {
  const context = lab.context('00000020', LONG_MS, NFT)
  await redirectDns.apply(action(), lab.pod, context)
  expect(await ask(`udp ${lab.host4} db1.example`)).toBe('rcode 3')
  expect(await redirectDns.finish?.(action(), lab.pod, context)).toEqual({ matched: 1, hit: 1 })
  expect(await ask(`udp ${lab.host4} db1.example`)).toBe('10.9.8.7')
  expect(await redirectDns.leftovers(action(), lab.pod, context)).toEqual([])
  expect(await redirectDns.finish?.(action(), lab.pod, context)).toBeUndefined()
  const byIptables = lab.context('00000020', LONG_MS, IPTABLES)
  await redirectDns.apply(action(), lab.pod, byIptables)
  expect(await redirectDns.finish?.(action(), lab.pod, byIptables)).toBeUndefined()
  await redirectDns.undo(action(), lab.pod, byIptables)
  expect(await redirectDns.leftovers(action(), lab.pod, byIptables)).toEqual([])
})

describe.each([
  ['nft', NFT],
  ['iptables', IPTABLES],
])('with %s', (_tool, abilities) => {
  test('answers the names that are meant, passes the others on, by UDP and TCP, IPv4 and IPv6', async () => {
    const context = lab.context('00000021', LONG_MS, abilities)
    const { host4, host6 } = lab
    // The application keeps its socket: it is led to the responder nevertheless, and away from it.
    expect(await ask(`udp ${host4} db1.example`)).toBe('10.9.8.7')
    expect(redirectDns.refuse(action(), lab.pod, abilities)).toBeUndefined()
    await redirectDns.apply(action(), lab.pod, context)
    await redirectDns.apply(action(), lab.pod, context)
    for (const server of [host4, host6]) {
      expect(await ask(`udp ${server} DB1.example`)).toBe('rcode 3')
      expect(await ask(`udp ${server} db1.example.shop.svc.cluster.local`)).toBe('rcode 3')
      expect(await ask(`udp ${server} web.example`)).toBe('10.9.8.7')
      expect(await ask(`tcp ${server} web.example db2.example other.example`)).toBe('10.9.8.7,rcode 3,10.9.8.7')
    }
    expect(await redirectDns.counters?.(action(), lab.pod, context)).toEqual({ matched: 6, hit: 6 })
    await redirectDns.undo(action(), lab.pod, context)
    await redirectDns.undo(action(), lab.pod, context)
    for (const server of [host4, host6]) expect(await ask(`udp ${server} db1.example`)).toBe('10.9.8.7')
    expect(await ask(`tcp ${host4} db1.example`)).toBe('10.9.8.7')
    expect(await redirectDns.leftovers(action(), lab.pod, context)).toEqual([])
    expect(context.exits).toEqual([])
  })

  test('ends by the kernel alone when daemon and responder were killed', async () => {
    const context = lab.context('00000022', LONG_MS, abilities)
    const order = JSON.stringify({ action: action(), pod: lab.pod, context })
    const daemon = start(process.execPath, [DAEMON, order], { stdio: ['pipe', 'pipe', 'inherit'] })
    await firstLine(daemon)
    expect(await ask(`tcp ${lab.host4} db.example`)).toBe('rcode 3')
    daemon.kill('SIGKILL')
    await until('the responder to end', async () =>
      (await lab.inPod('ss', '-Htulnpe')).includes('uid:61337') ? undefined : true,
    )
    // A socket of its own for each question, as most resolvers have.
    const probe = { probe: 'dns', name: 'db.example' } as const
    await until('questions to get through', async () => {
      const { answers: got } = await dnsProber.read(probe, lab.pod, context, [])
      return got?.['10.9.8.7'] === 1 || undefined
    })
    await redirectDns.undo(action(), lab.pod, context)
    expect(await ask(`udp ${lab.host4} db.example`)).toBe('10.9.8.7')
    expect(await redirectDns.leftovers(action(), lab.pod, context)).toEqual([])
  })
})

test('a killed responder is told of, and questions get through at once', async () => {
  const context = lab.context('00000023', LONG_MS)
  await redirectDns.apply(action(), lab.pod, context)
  expect(await ask(`udp ${lab.host4} db.example`)).toBe('rcode 3')
  process.kill((await dnsResponders.pidOf(lab.pod)) ?? 0, 'SIGKILL')
  await until('the daemon to be told', () => context.exits.length > 0 || undefined)
  expect(await ask(`udp ${lab.host4} db.example`)).toBe('10.9.8.7')
  expect(await redirectDns.leftovers(action(), lab.pod, context)).toEqual([])
})

test('stops by itself at its end, with the application on the same socket', async () => {
  const context = lab.context('00000024', 2_000)
  await redirectDns.apply(action(), lab.pod, context)
  expect(await ask(`udp ${lab.host4} db.example`)).toBe('rcode 3')
  await until('its end', async () => (await ask(`udp ${lab.host4} db.example`)) === '10.9.8.7' || undefined)
  await redirectDns.undo(action(), lab.pod, context)
})

test('two faults on one pod act side by side, and each goes by itself', async () => {
  const one = { what: action(), context: lab.context('0000002a', LONG_MS) }
  const two = {
    what: action({ patterns: ['cache'], answer: { answer: 'static', addresses: ['10.1.1.1'] } }),
    context: lab.context('0000002b', LONG_MS),
  }
  await redirectDns.apply(one.what, lab.pod, one.context)
  await redirectDns.apply(two.what, lab.pod, two.context)
  expect([await ask(`udp ${lab.host4} db.example`), await ask(`udp ${lab.host4} cache`)]).toEqual([
    'rcode 3',
    '10.1.1.1',
  ])
  await redirectDns.undo(one.what, lab.pod, one.context)
  expect([await ask(`udp ${lab.host4} db.example`), await ask(`udp ${lab.host4} cache`)]).toEqual([
    '10.9.8.7',
    '10.1.1.1',
  ])
  await redirectDns.undo(two.what, lab.pod, two.context)
  expect(await ask(`udp ${lab.host4} cache`)).toBe('10.9.8.7')
})

test('the daemon asks too, before and under the fault, and is not counted', async () => {
  const context = lab.context('0000002c', LONG_MS)
  const probe = { probe: 'dns', name: 'db.example' } as const
  const before = await dnsProber.read(probe, lab.pod, context, [])
  expect(before.answers).toEqual({ '10.9.8.7': 1 })
  expect(before.answerMedianMs).toBeGreaterThan(0)
  await redirectDns.apply(action({ answer: { answer: 'servfail' } }), lab.pod, context)
  expect((await dnsProber.read(probe, lab.pod, context, [])).answers).toEqual({ servfail: 1 })
  expect(await redirectDns.counters?.(action(), lab.pod, context)).toEqual({ matched: 0, hit: 0 })
  await redirectDns.undo(action(), lab.pod, context)
})

test('says why it cannot be done', () => {
  expect(redirectDns.refuse(action({ patterns: [] }), lab.pod, NFT)).toContain('no name')
  expect(redirectDns.refuse(action(), { ...lab.pod, containers: [] }, NFT)).toContain('resolv.conf')
  expect(redirectDns.refuse(action(), { ...lab.pod, hostNetwork: true }, NFT)).toContain('network')
})
