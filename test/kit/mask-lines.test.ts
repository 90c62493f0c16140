import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMask } from '../../src/kit/mask.ts'
import { maskLines } from '../../src/kit/mask-lines.ts'

function written(chunks: readonly Buffer[], mask: (text: string) => string): Buffer {
  const bytes: Buffer[] = []
  const lines = maskLines(mask, (piece) => bytes.push(piece))
  for (const chunk of chunks) lines.write(chunk)
  lines.end()
  return Buffer.concat(bytes)
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % bytes.length).toSorted((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}

const places = fc.array(fc.nat(), { maxLength: 8 })

test('a secret is found however the output was cut into chunks, with a line end after it or none', () => {
  const mask = createMask(['cnry-é/secret', 'line one of it\nline two of it'])
  const said = Buffer.from('a cnry-é/secret b\nline one of it\r\nline two of it\nlast cnry-é/secret')
  fc.assert(
    fc.property(places, (at) => {
      expect(written(cut(said, at), mask).toString()).toBe('a *** b\n***\r\n***\nlast ***')
    }),
  )
})

test('other bytes pass untouched, text or not', () => {
  const mask = createMask(['some-secret'])
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), places, (bytes, at) => {
      expect(written(cut(Buffer.from(bytes), at), mask)).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a line is written when it has ended, and a part of it before that only when it is very long', () => {
  const pieces: string[] = []
  const lines = maskLines(createMask([]), (bytes) => pieces.push(bytes.toString()))
  lines.write(Buffer.from('one\ntw'))
  lines.write(Buffer.from('o\nthree'))
  expect(pieces).toEqual(['one\n', 'two\n'])
  lines.write(Buffer.alloc(70_000, 'x'))
  expect(pieces.at(-1)).toBe(`three${'x'.repeat(70_000)}`)
  lines.end()
  expect(pieces).toHaveLength(3)
})
