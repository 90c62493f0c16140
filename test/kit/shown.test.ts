import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shown, withoutUnseen } from '../../src/kit/shown.ts'

test('a value is shown as it would be written', () => {
  expect(shown('30s')).toBe('"30s"')
  expect(shown({ a: [1, null] })).toBe('{"a":[1,null]}')
  expect(shown(undefined)).toBe('undefined')
  expect(shown(7n)).toBe('7')
  expect(shown('x'.repeat(100))).toHaveLength(61)
})

test('what moves a cursor, breaks a line or turns the reading direction is shown by its number', () => {
  expect(shown('a\u001b[2Jb')).toBe('"a\\u001b[2Jb"')
  expect(shown('a\u009b2J\u202eb\u2028c')).toBe('"a\\u{9b}2J\\u{202e}b\\u{2028}c"')
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCodePoint(code)) }),
      (text) => {
        expect(shown(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      },
    ),
  )
})

test('text of others is kept on one line', () => {
  expect(withoutUnseen('a\nb\u001b[2J ü 日本')).toBe('a\\u{a}b\\u{1b}[2J ü 日本')
})
