import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LinkRule } from '../../../../src/model/recipe.ts'
import { bandwidth, delay, dial, echoReplica, get, linked, partition, tcpReplica, until } from './harness.ts'

describe('bytes', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 30_000 }), { minLength: 1, maxLength: 12 })
  const rules = fc.array(
    fc.record({
      at: fc.nat(11),
      set: fc.boolean(),
      id: fc.constantFrom('a', 'b', 'c'),
      rule: fc.oneof(
        fc.constantFrom<LinkRule>(delay(3), delay(1, 'to-client', 1), delay(4, 'to-server', 4)),
        fc.constantFrom<LinkRule>(bandwidth(2_000_000), bandwidth(900_000, 'to-server')),
        fc.constantFrom<LinkRule>(partition('hang'), partition('hang', 'to-server'), partition('hang', 'to-client')),
      ),
    }),
    { maxLength: 10 },
  )

  test('arrive exactly, in order, both ways, while rules come and go', async () => {
    const sent: Buffer[] = []
    // The replica sends what it is told to, apart from what it gets, so that the two ways differ.
    let received: Buffer[] = []
    let answer: Buffer = Buffer.alloc(0)
    const replica = await tcpReplica((socket) => {
      received = []
      socket.on('data', (chunk: Buffer) => received.push(chunk))
      socket.write(answer)
      socket.on('end', () => socket.end())
    })
    const { links, link } = await linked(replica)
    await fc.assert(
      fc.asyncProperty(chunks, chunks, rules, async (asked, answered, changes) => {
        sent.length = 0
        received = []
        answer = Buffer.concat(answered)
        const wire = await dial(link)
        for (const [index, chunk] of asked.entries()) {
          wire.send(chunk)
          sent.push(Buffer.from(chunk))
          for (const change of changes.filter(({ at }) => at === index)) {
            if (change.set) links.setRule(change.id, {}, change.rule)
            else links.removeRule(change.id)
          }
          if (index % 3 === 0) await new Promise(setImmediate)
        }
        wire.socket.end()
        for (const { id } of links.rules()) links.removeRule(id)
        await until(() => wire.fate() !== undefined)
        expect(wire.fate()).toBe('end')
        expect(wire.bytes().equals(answer)).toBe(true)
        expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('that look like anything come through unchanged', async () => {
    const { link } = await linked(await echoReplica())
    const odd = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .constantFrom(get('/a'), 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nq', 'HTTP/1.1 200', '\r\n')
        .map((line) => Buffer.from(line)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 6 }), async (messages) => {
        const wire = await dial(link)
        for (const message of messages) wire.send(message)
        wire.socket.end()
        await until(() => wire.fate() !== undefined)
        expect(wire.bytes()).toEqual(Buffer.concat(messages))
      }),
      { numRuns: 60 },
    )
  })

  test('of a sender that is faster than the reader wait with the sender', async () => {
    const size = 40_000_000
    let sent = 0
    const replica = await tcpReplica((socket) => {
      const piece = Buffer.alloc(100_000, 7)
      const more = () => {
        while (sent < size) {
          sent += piece.length
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
        socket.end()
      }
      more()
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    wire.socket.pause()
    let before = -1
    while (sent !== before) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(sent).toBeLessThan(size)
    wire.socket.resume()
    await until(() => wire.fate() === 'end')
    expect(wire.bytes().length).toBe(size)
  })
})

describe('ends', () => {
  test('a half-closed connection still carries answers', async () => {
    const replica = await tcpReplica((socket) => {
      let got = ''
      socket.on('data', (chunk) => {
        got += chunk
      })
      socket.on('end', () => {
        socket.write(`got ${got}`)
        setImmediate(() => socket.end(', bye'))
      })
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    wire.socket.end('question')
    await until(() => wire.fate() !== undefined)
    expect(wire.text()).toBe('got question, bye')
    expect(wire.fate()).toBe('end')
  })

  test('a service that ends first can still be sent to', async () => {
    let got = ''
    const replica = await tcpReplica((socket) => {
      socket.end('done')
      socket.on('data', (chunk) => {
        got += chunk
      })
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    await until(() => wire.fate() === 'end')
    wire.socket.end('late')
    await until(() => got === 'late')
  })

  test('a reset of one side is a reset of the other', async () => {
    const fates: string[] = []
    const replica = await tcpReplica((socket) => {
      socket.on('data', (chunk) => {
        if (String(chunk) === 'die') socket.resetAndDestroy()
      })
      socket.on('error', () => fates.push('reset'))
      socket.on('end', () => fates.push('end'))
    })
    const { link } = await linked(replica)
    const killed = await dial(link)
    killed.send('die')
    await until(() => killed.fate() !== undefined)
    expect(killed.fate()).toBe('reset')
    const quitter = await dial(link)
    quitter.send('hi')
    await until(() => replica.sockets.size === 1)
    quitter.socket.resetAndDestroy()
    await until(() => fates.length > 0)
    expect(fates).toEqual(['reset'])
  })

  test('bytes from before a reset arrive before it', async () => {
    const replica = await tcpReplica((socket) => {
      socket.on('data', () => socket.write('last words', () => socket.resetAndDestroy()))
    })
    const { link } = await linked(replica)
    const wire = await dial(link)
    wire.send('go')
    await until(() => wire.fate() !== undefined)
    expect(wire.fate()).toBe('reset')
  })

  test('a thousand connections leave nothing behind', async () => {
    const replica = await echoReplica()
    const { links, link } = await linked(replica)
    const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    links.setRule('slow', {}, delay(1))
    for (let round = 0; round < 10; round += 1) {
      const wires = await Promise.all(Array.from({ length: 100 }, () => dial(link)))
      for (const [index, { socket, send }] of wires.entries()) {
        send('hello')
        if (index % 3 === 0) socket.resetAndDestroy()
        else if (index % 3 === 1) socket.destroy()
        else socket.end()
      }
      await until(() => wires.every(({ socket }) => socket.destroyed || socket.readableEnded))
    }
    await until(() => replica.sockets.size === 0)
    await until(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length <= before)
    await links.close()
    await links.close()
    expect(links.links()).toEqual([])
  })
})
