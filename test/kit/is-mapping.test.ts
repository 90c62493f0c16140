import { describe, expect, it } from 'vitest'
import { isMapping } from '../../src/kit/is-mapping.ts'

describe('a mapping', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ['a: 1', false],
    [1, false],
  ])('%j: %s', (value, is) => {
    expect(isMapping(value)).toBe(is)
  })
})
