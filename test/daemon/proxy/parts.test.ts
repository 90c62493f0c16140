import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressBytes, addressText, randomAddress } from '../../../src/daemon/proxy/dns/addresses.ts'
import {
  carriesMark,
  parseQuestion,
  parseReply,
  writeAnswer,
  writeQuestion,
} from '../../../src/daemon/proxy/dns/message.ts'
import { parseResolvConf } from '../../../src/daemon/proxy/dns/resolv-conf.ts'
import { ActiveDnsRule, answerInstead, spellings } from '../../../src/daemon/proxy/dns/rules.ts'
import { TcpMessages, withLength } from '../../../src/daemon/proxy/dns/tcp-messages.ts'
import { globMatches } from '../../../src/daemon/proxy/glob.ts'
import { maySpeakHttp2, protocolOf } from '../../../src/daemon/proxy/http/first-words.ts'
import { replaced } from '../../../src/daemon/proxy/http/replace.ts'
import { pathOf } from '../../../src/daemon/proxy/http/rules.ts'
import { expandedPeers } from '../../../src/daemon/proxy/peers.ts'
import { ipsetText, iptablesText } from '../../../src/daemon/proxy/redirect/iptables.ts'
import { nftText } from '../../../src/daemon/proxy/redirect/nft.ts'
import { beatAddress } from '../../../src/daemon/proxy/redirect/table.ts'
import type { DnsAnswer } from '../../../src/model/cluster/node-action.ts'

const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/)
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'))
const id = fc.nat(65_535)

test('a question is read as it was written, in any case, with and without a mark', () => {
  fc.assert(
    fc.property(
      id,
      name,
      fc.constantFrom(1, 28, 16),
      fc.option(fc.constant('12345678'), { nil: undefined }),
      (n, asked, type, mark) => {
        const bytes = writeQuestion(n, asked.toUpperCase(), type, mark)
        const question = parseQuestion(bytes)
        expect(question).toMatchObject({ name: asked, type, class: 1, edns: mark !== undefined })
        if (question) expect(carriesMark(bytes, question, '12345678')).toBe(mark !== undefined)
      },
    ),
  )
})

test('hostile packets are read or not, and never break anything', () => {
  const packet = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    // A proper question, broken somewhere: pointers, lengths beyond the end, cut short.
    fc.tuple(id, name, fc.nat(600), fc.nat(255), fc.nat(600)).map(([n, asked, at, value, cut]) => {
      const bytes = writeQuestion(n, asked, 1, 'mark')
      bytes[at % bytes.length] = value
      return bytes.subarray(0, cut % (bytes.length + 1))
    }),
  )
  const rule = dnsRule(['*'], { answer: 'random' })
  fc.assert(
    fc.property(packet, (given) => {
      const bytes = Buffer.from(given)
      const question = parseQuestion(bytes)
      if (question) expect(question.end).toBeLessThanOrEqual(bytes.length)
      const answer = answerInstead(bytes, [rule], 'x')
      if (answer) {
        expect(answer.readUInt16BE(0)).toBe(bytes.readUInt16BE(0))
        expect(parseReply(answer, bytes.readUInt16BE(0), 1)).toBeDefined()
      }
      if (bytes.length > 1) parseReply(bytes, bytes.readUInt16BE(0), 1)
    }),
  )
  rule.end()
})

test('a name that points at itself is no question, and no end of an answer', () => {
  const loop = Buffer.from('0001010000010000000000000163c00c00010001', 'hex')
  expect(parseQuestion(loop)).toBeUndefined()
  const answer = Buffer.from('000181800001000100000000c00c00010001c00c00010001000000010004c0a80101', 'hex')
  expect(parseReply(answer, 1, 1)).toEqual({ rcode: 0, records: [Buffer.from([192, 168, 1, 1])] })
})

function dnsRule(patterns: readonly string[], answer: DnsAnswer) {
  return new ActiveDnsRule(
    {
      id: 'a',
      remainingMs: 600_000,
      beat: { address: '127.0.0.1', ports: [] },
      servers: [],
      search: ['shop.svc.cluster.local', 'svc.cluster.local'],
      patterns,
      answer,
      seed: 3,
    },
    () => undefined,
  )
}

function asked(patterns: readonly string[], answer: DnsAnswer, name: string, type = 1) {
  const rule = dnsRule(patterns, answer)
  const reply = answerInstead(writeQuestion(9, name, type, 'markmark'), [rule], 'other')
  rule.end()
  const parsed = reply && parseReply(reply, 9, type)
  return parsed && { rcode: parsed.rcode, addresses: parsed.records.map(addressText), counts: rule.counts() }
}

test('answers what was asked for, for the names that are meant', () => {
  expect(asked(['db*'], { answer: 'servfail' }, 'DB.example')).toMatchObject({
    rcode: 2,
    counts: { matched: 1, hit: 1 },
  })
  expect(asked(['db*'], { answer: 'nxdomain' }, 'db')).toMatchObject({ rcode: 3 })
  expect(asked(['db'], { answer: 'nxdomain' }, 'db.example')).toBeUndefined()
  const both = { answer: 'static', addresses: ['10.1.2.3', 'fd00::7', '10.1.2.4'] } as const
  expect(asked(['*'], both, 'x')).toMatchObject({ rcode: 0, addresses: ['10.1.2.3', '10.1.2.4'] })
  expect(asked(['*'], both, 'x', 28)).toMatchObject({ addresses: ['fd00::7'] })
  expect(asked(['*'], both, 'x', 16)).toMatchObject({ rcode: 0, addresses: [] })
  expect(asked(['*'], { answer: 'random' }, 'x')?.addresses[0]).toMatch(/^240\./)
  expect(asked(['*'], { answer: 'random' }, 'x', 28)?.addresses[0]).toMatch(/^2001:db8:/)
})

test('a name is also meant with an ending of the search list', () => {
  expect(asked(['db.example'], { answer: 'servfail' }, 'db.example.shop.svc.cluster.local')).toBeDefined()
  expect(asked(['db.example'], { answer: 'servfail' }, 'db.example.other.local')).toBeUndefined()
  expect(asked(['Db.Example.'], { answer: 'servfail' }, 'db.example')).toBeDefined()
  expect(spellings('a.b.c', ['b.c', 'c'])).toEqual(['a.b.c', 'a', 'a.b'])
})

test('the daemon does not count its own question', () => {
  const rule = dnsRule(['*'], { answer: 'servfail' })
  expect(answerInstead(writeQuestion(1, 'x', 1, 'markmark'), [rule], 'markmark')).toBeDefined()
  expect(rule.counts()).toMatchObject({ matched: 0, hit: 0 })
  rule.end()
})

test('an answer keeps id and question, and says EDNS where it was said', () => {
  fc.assert(
    fc.property(id, name, fc.boolean(), (n, asking, edns) => {
      const query = writeQuestion(n, asking, 1, edns ? 'mark' : undefined)
      const question = parseQuestion(query)
      if (!question) throw new Error('not read')
      const answer = writeAnswer(query, question, { rcode: 0, records: [Buffer.from([1, 2, 3, 4])] })
      expect(answer.subarray(12, question.end)).toEqual(query.subarray(12, question.end))
      expect(answer.readUInt16BE(10)).toBe(edns ? 1 : 0)
      expect(parseReply(answer, n, 1)?.records.map(addressText)).toEqual(['1.2.3.4'])
    }),
  )
})

test('messages over TCP come out whole, however they were cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })),
      fc.integer({ min: 1, max: 50 }),
      (messages, size) => {
        const stream = Buffer.concat(messages.map((message) => withLength(Buffer.from(message))))
        const reader = new TcpMessages()
        const read: Buffer[] = []
        for (let at = 0; at < stream.length; at += size) read.push(...reader.take(stream.subarray(at, at + size)))
        expect(read.map((message) => [...message.subarray(2)])).toEqual(messages.map((message) => [...message]))
      },
    ),
  )
})

test('addresses are written and read alike', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const bytes = addressBytes(address)
      expect(bytes && addressBytes(addressText(bytes) ?? '')).toEqual(bytes)
    }),
  )
  expect(addressBytes('shop')).toBeUndefined()
  expect(randomAddress(16, () => 0)).toBeUndefined()
})

test('resolv.conf is read as resolvers do', () => {
  const text =
    '# x\nsearch a.b\nnameserver 10.96.0.10\nnameserver fd00::1 ; second\nnameserver evil;rm\nsearch shop.svc  svc\noptions ndots:5\n'
  expect(parseResolvConf(text)).toEqual({ servers: ['10.96.0.10', 'fd00::1'], search: ['shop.svc', 'svc'] })
  expect(parseResolvConf('').servers).toEqual([])
})

test('a star stands for any run of characters and all else for itself', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.string({ maxLength: 6 }), { minLength: 4, maxLength: 4 }),
      (pieces, gaps) => {
        const fixed = pieces.map((piece) => piece.replaceAll('*', '.'))
        const text = fixed.map((piece, at) => piece + (at < fixed.length - 1 ? gaps[at] : '')).join('')
        expect(globMatches(fixed.join('*'), text)).toBe(true)
      },
    ),
  )
  expect(globMatches('/a*b', '/ab')).toBe(true)
  expect(globMatches('/a.b', '/axb')).toBe(false)
  expect(globMatches('aba*aba', 'aba')).toBe(false)
})

test('a protocol is known by its first bytes, and not before', () => {
  const whole: readonly (readonly [string, string])[] = [
    ['GET / HTTP/1.1\r\n', 'http1'],
    ['PROPFIND /a HTTP/1.0\n', 'http1'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2'],
    ['GET / HTTP/3\r\n', 'other'],
    ['FOO / HTTP/1.1\r\n', 'other'],
    ['\x16\x03\x01', 'other'],
    ['get key\r\n', 'other'],
    ['GET key\r\n', 'other'],
  ]
  for (const [words, protocol] of whole) {
    expect(protocolOf(Buffer.from(words, 'latin1'))).toBe(protocol)
    if (protocol === 'other') continue
    for (let end = 0; end < words.length - 1; end += 1)
      expect(protocolOf(Buffer.from(words.slice(0, end), 'latin1'))).toBeUndefined()
  }
})

test('settings that come before a word are of HTTP/2, and greetings are not', () => {
  expect(maySpeakHttp2(Buffer.from('000012040000000000000300000064', 'hex'))).toBe(true)
  expect(maySpeakHttp2(Buffer.from('00'))).toBe(false)
  expect(maySpeakHttp2(Buffer.from('220 hello\r\n'))).toBe(false)
  expect(maySpeakHttp2(Buffer.from('4a0000000a382e30', 'hex'))).toBe(false)
})

test('paths are compared without their query', () => {
  expect(pathOf('/a/b?c=/d')).toBe('/a/b')
  expect(pathOf('http://shop:80/a?b')).toBe('/a')
  expect(pathOf('http://shop')).toBe('/')
  expect(pathOf('*')).toBe('*')
})

test('what is said about a replaced body goes with it', () => {
  const given = {
    status: 200,
    reason: 'OK',
    fields: ['ETag', 'x', 'Content-Encoding', 'br', 'Content-Length', '9'],
    body: undefined,
  }
  expect(replaced(given, { status: undefined, headers: { ETag: 'y' }, body: undefined })).toMatchObject({
    fields: ['Content-Encoding', 'br', 'Content-Length', '9', 'ETag', 'y'],
    body: undefined,
  })
  expect(replaced(given, { status: 204, headers: {}, body: 'x' })).toMatchObject({
    status: 204,
    fields: ['ETag', 'x'],
    body: Buffer.alloc(0),
  })
  expect(replaced({ ...given, status: 304 }, { status: 200, headers: {}, body: undefined }).fields).toContain(
    'content-length',
  )
})

test('peers are written out, as far as that goes', () => {
  expect(
    expandedPeers({ v4: ['10.0.0.6/31', '10.0.0.7', 'evil'], v6: ['fd00::1', 'fd00::2/128', 'fe80::1%eth0'] }),
  ).toEqual(['10.0.0.6', '10.0.0.7', 'fd00::1', 'fd00::2'])
  expect(expandedPeers({ v4: ['10.0.0.0/8'], v6: [] })).toBeUndefined()
  expect(expandedPeers({ v4: [], v6: ['fd00::/120'] })).toBeUndefined()
})

test('both ways to redirect say the same, gated twice, and never the proxy itself', () => {
  const table = {
    id: '0badcafe',
    remainingMs: 61_500,
    loopback: false,
    redirects: [
      { way: 'in', protocol: 'tcp', address: undefined, port: 80, listener: 4001 },
      { way: 'out', protocol: 'tcp', address: '10.0.0.9', port: 443, listener: 4002 },
      { way: 'out', protocol: 'tcp', address: 'fd00::9', port: 443, listener: 4003 },
    ],
  } as const
  const rules = nftText(table)
    .split('\n')
    .filter((line) => line.includes('redirect to'))
  const fresh = 'tcp flags & (syn|ack) == syn tcp dport @until tcp dport @alive redirect to'
  expect(rules.map((line) => line.trim())).toEqual([
    `iifname != "lo" ${fresh} :tcp dport map @in_tcp_any`,
    `oifname != "lo" meta skuid != 61337 ${fresh} :ip daddr . tcp dport map @out_tcp_4`,
    `oifname != "lo" meta skuid != 61337 ${fresh} :ip6 daddr . tcp dport map @out_tcp_6`,
  ])
  expect(nftText(table)).toContain('add element inet sw_0badcafe until { 80 timeout 61500ms, 443 timeout 61500ms }')
  expect(ipsetText(table)).toContain('create sw_0badcafe_until bitmap:port range 80-443 timeout 61\n')
  const gate =
    '-m set --match-set sw_0badcafe_until dst -m set --match-set sw_0badcafe_alive dst -j REDIRECT --to-ports'
  // Beats are IPv4 also where nothing else is.
  const onlyV6 = { ...table, redirects: table.redirects.slice(2) }
  expect(iptablesText(onlyV6, 'iptables')).toContain('--add-set sw_0badcafe_alive')
  const lines = (family: 'iptables' | 'ip6tables') =>
    iptablesText(table, family)
      ?.split('\n')
      .filter((line) => line.includes(gate))
  expect(lines('iptables')).toEqual([
    `-A SW_0badcafe -p tcp -m tcp --syn --dport 80 ${gate} 4001`,
    `-A SW_0badcafe -d 10.0.0.9 -p tcp -m tcp --syn --dport 443 ${gate} 4002`,
  ])
  expect(lines('ip6tables')).toEqual([
    `-A SW_0badcafe -p tcp -m tcp --syn --dport 80 ${gate} 4001`,
    `-A SW_0badcafe -d fd00::9 -p tcp -m tcp --syn --dport 443 ${gate} 4003`,
  ])
})

test('each fault beats at a loopback address of its own', () => {
  expect(beatAddress('00000000')).toBe('127.128.0.0')
  expect(beatAddress('ffffffff')).toBe('127.255.255.255')
})
