import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SuiteError } from '../../src/kit/errors.ts'
import type { Suite } from '../../src/model/suite.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'
import { TEST_ENVIRONMENT, TEST_FAULTS } from './fault-types.ts'

const GOOD = readFileSync(join(import.meta.dirname, '../fixtures/suites/process.yaml'), 'utf8')

function outcome(text: string, environment: Record<string, string> = TEST_ENVIRONMENT): Suite | SuiteError {
  try {
    return parseSuite({ text, file: 'seaworthy.yaml', environment, faultTypes: TEST_FAULTS })
  } catch (error) {
    if (error instanceof SuiteError) return error
    throw error
  }
}

function mistakes(text: string): string {
  const result = outcome(text)
  return result instanceof SuiteError ? result.message : 'a good suite'
}

const KIB = 1_024

describe('hostile text is refused with a message and nothing else', () => {
  test.each([
    ['a megabyte', 'a: b\n'.repeat(200 * KIB), /has 1024000 bytes; a suite has at most 262144 \(256 KiB\)/],
    ['a binary file', '\u0000\u0001ELF', /this is a binary file/],
    ['control characters', 'a: \u0007\u001b[31m', /apiVersion/],
    ['brackets without end', '['.repeat(250 * KIB), /more than 120000 words/],
    ['nested brackets', '['.repeat(40 * KIB), /not valid YAML|nested more than/],
    ['a list in a list in a list', '- '.repeat(20 * KIB), /not valid YAML|nested more than/],
    ['mappings without end', '{a: '.repeat(10 * KIB), /not valid YAML|nested more than/],
    ['quotes without end', '"'.repeat(250 * KIB), /more than 120000 words/],
    ['many quotes', '"'.repeat(40 * KIB), /not valid YAML/],
    ['very many keys', Array.from({ length: 8_000 }, (_, key) => `k${key}: 1`).join('\n'), /there is no such key here/],
    ['very many copies of one key', 'k: 1\n'.repeat(9_000), /the key "k" is written twice/],
    [
      'very many aliases',
      `a: &a 1\nb: [${'*a,'.repeat(20_000)}]`,
      /aliases \(\*name\) expand to more than 10000 values/,
    ],
    ['an alias to itself', 'a: &a [*a]', /nested more than 40 levels|expand to more than/],
    ['an old version of YAML', '%YAML 1.1\n---\na: off\n', /YAML 1\.2/],
    ['a list as a key', '? [a]\n: 1\n', /a key must be a plain text/],
    ['one very long word', `apiVersion: ${'x'.repeat(200 * KIB)}`, /expected seaworthy\.dev\/v1/],
    ['one very long key', `${'x'.repeat(900)}: 1`, /there is no such key here/],
  ])('%s', (_, text, message) => {
    const said = mistakes(text)
    expect(said).toMatch(message)
    expect(said.length).toBeLessThan(40 * KIB)
  })

  test('tells fifty mistakes and how many more there are', () => {
    const experiments = Array.from(
      { length: 150 },
      (_, place) => `  - {name: x${place}, fault: {type: nothing, target: {workload: web}}}`,
    )
    const result = outcome(GOOD.replace(/experiments:[\s\S]*$/, `experiments:\n${experiments.join('\n')}\n`))
    const { issues } = result as SuiteError
    expect(issues).toHaveLength(51)
    expect(issues.at(-1)?.message).toBe('and 100 more')
  })

  test('a key of every object is not a prototype', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      const result = outcome(GOOD.replace('{name: workers,', `{name: ${key},`)) as Suite
      expect(result.objectives.map(({ name }) => name)).toContain(key)
      // Looked up by name, as a plan does.
      expect(result.experiments[1]?.objectives[key]).toBeUndefined()
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(mistakes(GOOD.replace('env: {', 'env: {__proto__: {polluted: 1}, '))).toContain('__proto__ cannot be a key')
  })

  test('any damage to a good suite gives a suite or its mistakes', () => {
    const damage = fc.record({
      at: fc.nat(GOOD.length),
      cut: fc.nat(40),
      put: fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('\t', '*a', '&a ', '!!x ', `\${`, '{', '[', ': ', '\n- ', '---\n', '<<: ', '"'),
      ),
    })
    fc.assert(
      fc.property(damage, ({ at, cut, put }) => {
        const result = outcome(GOOD.slice(0, at) + put + GOOD.slice(at + cut))
        return !(result instanceof SuiteError) || result.issues.length > 0
      }),
      { numRuns: 100 },
    )
  })
})

describe('the environment', () => {
  const suite = (command: string, environment: Record<string, string>) =>
    outcome(
      GOOD.replace('command: ./queue', () => `command: ${command}`),
      { ...TEST_ENVIRONMENT, ...environment },
    )
  const commandOf = (result: Suite | SuiteError) =>
    result instanceof SuiteError
      ? result.message
      : result.system.platform === 'process'
        ? result.system.services[2]?.command
        : undefined

  test('cannot change the structure, whatever a value holds', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        fc.pre(/\S/.test(value))
        expect(commandOf(suite(`"\${VALUE}"`, { VALUE: value }))).toBe(value)
      }),
      { numRuns: 25 },
    )
    expect(commandOf(suite(`"\${VALUE}"`, { VALUE: `", replicas: 9, x: "\${SHOP_TOKEN}\n  evil: 1` }))).toBe(
      `", replicas: 9, x: "\${SHOP_TOKEN}\n  evil: 1`,
    )
  })

  test.each([
    [`\${A}`, { A: 'x' }, 'x'],
    [`pre-\${A}-\${B}-post`, { A: '1', B: '2' }, 'pre-1-2-post'],
    [`\${A:-y}`, {}, 'y'],
    [`\${A:-y}`, { A: '' }, 'y'],
    [`\${A:-a:-b c}`, {}, 'a:-b c'],
    [`x\${A:-}`, {}, 'x'],
    [`$\${A}`, { A: 'x' }, `\${A}`],
    ['$A $$ $namespace $(id)', { A: 'x' }, '$A $$ $namespace $(id)'],
  ])('%s', (command, environment, expected) => {
    expect(commandOf(suite(`'${command}'`, environment))).toBe(expected)
  })

  test.each([`\${}`, `\${A B}`, `\${1}`, `\${A:?x}`, `\${A`, `\${\${A}}`])('refuses %s', (command) => {
    expect(commandOf(suite(`'${command}'`, { A: 'x' }))).toContain(
      `a variable is written \${NAME} or \${NAME:-default}`,
    )
  })

  test('is asked for its own variables only, and in values only', () => {
    expect(commandOf(suite(`'\${constructor}'`, {}))).toContain('the environment variable constructor is not set')
    expect(mistakes(GOOD.replace('LOG_LEVEL:', `"\${SHOP_TOKEN}":`))).toContain(
      `"\${SHOP_TOKEN}" is not a variable name`,
    )
  })

  test('keeps a quoted number a text', () => {
    expect(mistakes(GOOD.replace(`\${WEB_REPLICAS:-2}`, `"\${WEB_REPLICAS:-2}"`))).toContain(
      `replicas: found "\${WEB_REPLICAS:-2}"; expected a whole number`,
    )
  })
})

test('a mark of byte order at the start is passed over', () => {
  expect(outcome(`\uFEFF${GOOD}`)).toMatchObject({ name: 'shop: every key' })
})
