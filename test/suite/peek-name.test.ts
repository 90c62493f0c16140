import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { peekSuiteName } from '../../src/suite/peek-name.ts'

const folder = mkdtempSync(join(tmpdir(), 'peek-'))
const peek = (text: string) => {
  const path = join(folder, 'seaworthy.yaml')
  writeFileSync(path, text)
  return peekSuiteName(path)
}

describe('peekSuiteName', () => {
  it.each([
    ['kind: Suite\nmetadata: {name: checkout}\nsystem: [unclosed', 'checkout'],
    ['metadata:\n  name: "a b"\n\tx', 'a b'],
  ])('reads the name in %j though the rest is broken', async (text, name) => {
    expect(await peek(text)).toBe(name)
  })

  it.each([
    [''],
    ['- a'],
    ['metadata: x'],
    ['metadata: {name: 7}'],
    [`metadata: {name: "\${NAME}"}`],
    [`metadata: {name: ${'x'.repeat(300)}}`],
    [`metadata: {name: x}\n#${'x'.repeat(70_000)}`],
  ])('finds none in %j', async (text) => {
    expect(await peek(text)).toBeUndefined()
  })

  it('finds none in a file that is not there', async () => {
    expect(await peekSuiteName(join(folder, 'none', 'seaworthy.yaml'))).toBeUndefined()
  })
})
