import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type JsonSchema, suiteJsonSchema } from '../../src/suite/json-schema.ts'
import { suiteReference } from '../../src/suite/reference.ts'
import { TEST_FAULTS } from './fault-types.ts'

/** Every key of every mapping in a schema, with where it is. */
function keysOf(schema: unknown, path = ''): [string, JsonSchema][] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = Object.entries((schema as JsonSchema).properties ?? {}).map(([key, member]): [string, JsonSchema] => [
    `${path}/${key}`,
    member,
  ])
  return [...own, ...Object.entries(schema).flatMap(([key, member]) => keysOf(member, `${path}/${key}`))]
}

test('every key has a meaning, in the schema and in the page', () => {
  const schema = suiteJsonSchema()
  const keys = keysOf(schema)
  expect(keys.length).toBeGreaterThan(150)
  expect(
    keys.filter(([, { description, $ref }]) => description === undefined && $ref === undefined).map(([path]) => path),
  ).toEqual([])
  const page = suiteReference()
  for (const key of keys.filter(([path]) => !path.includes('/fault-')).map(([path]) => path.split('/').at(-1) ?? ''))
    expect(page).toContain(`| \`${key}\``)
})

test('every default of the schema is also said in words', () => {
  const silent = keysOf(suiteJsonSchema(TEST_FAULTS)).filter(
    ([path, { description, default: value }]) =>
      !path.includes('/fault-') && value !== undefined && !description?.includes(' Default: '),
  )
  expect(silent.map(([path]) => path)).toEqual([])
})

test('each fault type has its own parameters, and those that a search varies may be left out', () => {
  const { $schema, $id, $defs = {} } = suiteJsonSchema(TEST_FAULTS)
  expect([$schema, $id]).toEqual([
    'https://json-schema.org/draft/2020-12/schema',
    'https://seaworthy.dev/schema/suite.schema.json',
  ])
  expect($defs.fault?.oneOf).toEqual([
    { $ref: '#/$defs/fault-pod-kill' },
    { $ref: '#/$defs/fault-network-delay' },
    { $ref: '#/$defs/fault-cpu-stress' },
  ])
  expect(Object.keys($defs['fault-network-delay']?.properties ?? {})).toEqual([
    'type',
    'target',
    'latency',
    'jitter',
    'direction',
    'to',
    'share',
  ])
  expect($defs['fault-network-delay']?.required).toEqual(['type', 'target'])
})

test('the page in docs is the one that the schema gives', () => {
  const path = join(import.meta.dirname, '../../docs/suite-reference.md')
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, suiteReference())
  expect(readFileSync(path, 'utf8')).toBe(suiteReference())
})
