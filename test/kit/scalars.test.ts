import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { bytes, bytesPerSecond, durationMs, rate, ratio } from '../../src/kit/scalars.ts'

const GOOD: readonly [z.ZodType<number>, string, number][] = [
  [durationMs, '500ms', 500],
  [durationMs, '1.5s', 1_500],
  [durationMs, '1.001s', 1_001],
  [durationMs, '0.25ms', 0.25],
  [durationMs, '24h', 86_400_000],
  [ratio, '99.9%', 0.999],
  [ratio, '99.95%', 0.9995],
  [ratio, '0%', 0],
  [ratio, '100%', 1],
  [rate, '50/s', 50],
  [rate, '600/m', 10],
  [rate, '3600/h', 1],
  [bytes, '64MiB', 67_108_864],
  [bytes, '1.5KiB', 1_536],
  [bytes, '1kB', 1_000],
  [bytes, '0B', 0],
  [bytesPerSecond, '1mbit', 125_000],
  [bytesPerSecond, '8kbit', 1_000],
  [bytesPerSecond, '1gbit', 125_000_000],
  [bytesPerSecond, '64bit', 8],
  [bytesPerSecond, '2MiB/s', 2_097_152],
]

const BAD: readonly [z.ZodType<number>, readonly unknown[]][] = [
  [durationMs, ['', '30', '30 s', '-1s', '1d', '1e3s', '25h', `${'9'.repeat(400)}h`, 30, null, [], '30s\n', '٣s']],
  [ratio, ['', '99', '100.1%', '-1%', '1e1%', '0.995', 0.995, '% ', '99,5%']],
  [rate, ['', '0/s', '50', '50/d', '-1/s', '50 / s', 50]],
  [bytes, ['', '64', '64mib', '64M', '999999999TiB', '-1B', 64]],
  [bytesPerSecond, ['', '1', '0mbit', '1Mbit', '1mbps', '0.001bit', '1MiB', 125_000]],
]

describe('scalars', () => {
  test.each(GOOD)('%# %s', (schema, text, value) => {
    expect(schema.parse(text)).toBe(value)
  })

  test('refuse everything else with what was found, what was expected and an example that is good', () => {
    for (const [schema, values] of BAD) {
      for (const value of values) {
        const issues = schema.safeParse(value).error?.issues ?? []
        expect(issues, JSON.stringify(value)).toHaveLength(1)
        const message = issues[0]?.message ?? ''
        expect(message).toContain(' is not a')
        const example = /such as (\S+)$/.exec(message)?.[1]
        expect(schema.safeParse(example).success).toBe(true)
      }
    }
  })

  test('shorten what was found', () => {
    const message = durationMs.safeParse('x'.repeat(10_000)).error?.issues[0]?.message ?? ''
    expect(message.length).toBeLessThan(200)
  })

  test('give editors a pattern that holds for what is accepted and for nothing else but limits', () => {
    for (const [schema, text] of GOOD) {
      const { pattern = '', title, description, examples } = z.toJSONSchema(schema, { io: 'input' })
      expect(new RegExp(pattern).test(text)).toBe(true)
      expect([typeof title, typeof description, Array.isArray(examples)]).toEqual(['string', 'string', true])
    }
  })

  test('never give a number that is not finite', () => {
    const text = fc.stringMatching(/^\d{1,30}(\.\d{1,12})?(ms|s|m|h|%|\/s|B|MiB|mbit|MiB\/s)$/)
    fc.assert(
      fc.property(text, fc.constantFrom(durationMs, ratio, rate, bytes, bytesPerSecond), (written, schema) => {
        const { data } = schema.safeParse(written)
        return data === undefined || (Number.isFinite(data) && data >= 0)
      }),
    )
  })
})
