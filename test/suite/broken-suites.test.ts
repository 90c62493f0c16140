import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatIssue, isSeaworthyError, SuiteError } from '../../src/kit/errors.ts'
import { suiteJsonSchema } from '../../src/suite/json-schema.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'
import { TEST_ENVIRONMENT, TEST_FAULTS } from './fault-types.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/broken')
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'))
const source = (file: string) => readFileSync(join(FOLDER, file), 'utf8')

function mistakesOf(file: string): SuiteError {
  try {
    parseSuite({ text: source(file), file, environment: TEST_ENVIRONMENT, faultTypes: TEST_FAULTS })
  } catch (error) {
    if (error instanceof SuiteError) return error
    throw error
  }
  throw new Error(`${file} was taken for a good suite`)
}

describe('a broken suite is refused with a message that can be acted on', () => {
  test.each(files)('%s', (file) => {
    const error = mistakesOf(file)
    const text = `${error.issues.map((issue) => formatIssue(file, issue)).join('\n')}\n`
    const golden = join(FOLDER, file.replace('.yaml', '.txt'))
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text)
    expect(text).toBe(readFileSync(golden, 'utf8'))
    expect(error.message).toBe(text.trimEnd())
    expect(isSeaworthyError(error) && error.code).toBe('SUITE')
  })

  test.each(files)('%s points into the file, in order', (file) => {
    const { issues } = mistakesOf(file)
    const lines = source(file).split('\n')
    for (const issue of issues) {
      expect(issue.line).toBeGreaterThanOrEqual(1)
      expect(issue.line).toBeLessThanOrEqual(lines.length)
      expect(issue.column).toBeLessThanOrEqual((lines[issue.line - 1]?.length ?? 0) + 1)
    }
    expect(issues.map(({ line }) => line)).toEqual(issues.map(({ line }) => line).sort((a, b) => a - b))
  })

  test.each(files)('%s keeps values of the environment and passwords to itself', (file) => {
    expect(mistakesOf(file).message).not.toMatch(/hunter2|me:secret/)
  })
})

/** What a schema alone can see; the rest needs to know what names exist or how numbers compare. */
const STRUCTURAL = [
  'unknown-key',
  'unknown-key-camel-case',
  'missing-key',
  'rate-as-number',
  'wrong-api-version',
  'wrong-kind',
  'no-experiments',
  'no-objectives',
  'unknown-fault-type',
  'unknown-fault-parameter',
  'bad-fault-parameter',
  'two-kinds-of-traffic',
  'fault-and-steps',
  'neither-fault-nor-steps',
  'hours-not-hours',
  'password-in-address',
  'replicas-as-text',
  'null-section',
  'many-mistakes',
  'brings-no-number',
]

describe('editors see structural mistakes too', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
    suiteJsonSchema(TEST_FAULTS),
  )
  test.each(STRUCTURAL)('%s', (name) => {
    const file = files.find((candidate) => candidate.replace(/^\d+-/, '') === `${name}.yaml`)
    expect(file).toBeDefined()
    expect(validate(parse(source(file ?? '')))).toBe(false)
  })
})
