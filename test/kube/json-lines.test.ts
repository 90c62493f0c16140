import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BrokenLine, jsonLines } from '../../src/kube/json-lines.ts'

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(from, place)
    from = place
  }
}

async function valuesOf(values: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for await (const value of values) found.push(value)
  return found
}

it('reads the same values whichever way the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), n: fc.integer() })),
      fc.array(fc.nat()),
      async (values, cuts) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''))
        expect(await valuesOf(jsonLines(inPieces(bytes, cuts)))).toEqual(values)
      },
    ),
  )
})

it('leaves out a last line that was cut off', async () => {
  expect(await valuesOf(jsonLines(inPieces(Buffer.from('{"a":1}\n{"a":'), [3])))).toEqual([{ a: 1 }])
})

it('stops at what is no JSON and at what has no end', async () => {
  await expect(valuesOf(jsonLines(inPieces(Buffer.from('{"a":1}\n<html>\n'), [])))).rejects.toThrow(BrokenLine)
  await expect(valuesOf(jsonLines(inPieces(Buffer.from('x'.repeat(100)), []), 50))).rejects.toThrow(BrokenLine)
})
