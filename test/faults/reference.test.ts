import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { faultReference, listFaults } from '../../src/faults/reference.ts'
import { FAULT_TYPES } from '../../src/faults/registry.ts'
import { typeOf } from './facts.ts'

test('docs/faults.md is what the fault types say', () => {
  const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')
  expect(page).toBe(faultReference())
})

test.each(listFaults())('the example of $type is one that a suite may have', ({ type, example, parameters }) => {
  const { type: named, target, ...given } = parseYaml(example) as Readonly<Record<string, unknown>>
  expect(named).toBe(type)
  expect(target).toMatchObject({ workload: expect.any(String) })
  expect(typeOf(type).parameters.parse(given)).toBeDefined()
  expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(given)))
})

test('every parameter is described, and has a default or is known to have none', () => {
  for (const { type, parameters } of listFaults()) {
    for (const { name, description, form } of parameters) {
      expect(`${type} ${name}: ${description}`).toMatch(/: .{10}/)
      expect(`${type} ${name}: ${form}`).toMatch(/: ./)
    }
  }
})

test('what a search may vary is a key of the suite', () => {
  for (const { type, searchable } of FAULT_TYPES) {
    const names = listFaults()
      .find((fault) => fault.type === type)
      ?.parameters.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(Object.keys(searchable)))
  }
})

test('types are named once, and what the list says is data', () => {
  const types = FAULT_TYPES.map(({ type }) => type)
  expect(new Set(types).size).toBe(types.length)
  expect(JSON.parse(JSON.stringify(listFaults()))).toHaveLength(types.length)
})
