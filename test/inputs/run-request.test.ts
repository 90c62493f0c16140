import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { INPUT_FIELDS } from '../../src/inputs/fields.ts'
import { parseRunRequest } from '../../src/inputs/run-request.ts'
import { isSeaworthyError } from '../../src/kit/errors.ts'

const fresh = () => 99

describe('parseRunRequest', () => {
  it('fills in every default', () => {
    expect(parseRunRequest({}, fresh)).toEqual({
      suite: 'seaworthy.yaml',
      mode: 'enforce',
      onInconclusive: 'fail',
      reportDir: 'out',
      prometheusUrl: undefined,
      only: [],
      seed: 99,
      plan: undefined,
      comment: 'always',
      checkName: 'Seaworthy',
    })
  })

  it('takes an empty string as absent, as the runner sends it', () => {
    const empty = Object.fromEntries(INPUT_FIELDS.map(({ name }) => [name, '']))
    expect(parseRunRequest(empty, fresh)).toEqual(parseRunRequest({}, fresh))
  })

  it('reads names by line and numbers as numbers', () => {
    expect(parseRunRequest({ only: ' a \n\nb, c', seed: '4294967295' }, fresh)).toMatchObject({
      only: ['a', 'b, c'],
      seed: 4_294_967_295,
    })
  })

  it.each([
    [{ mode: 'maybe' }, 'mode: found "maybe", expected enforce, report or plan'],
    [{ seed: '-1' }, 'seed'],
    [{ seed: '4294967296' }, 'seed'],
    [{ plan: 'ABC' }, 'plan'],
    [{ 'prometheus-url': 'file:///etc/passwd' }, 'prometheus-url'],
    [{ 'on-inconclusive': 'ignore' }, 'on-inconclusive'],
    [{ comment: 'sometimes', mode: 'x' }, 'comment'],
  ])('refuses %j by name', (raw, words) => {
    try {
      parseRunRequest(raw, fresh)
      expect.unreachable()
    } catch (error) {
      expect(isSeaworthyError(error) && error.message).toContain(words)
    }
  })
})

describe('the inputs are told the same everywhere', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as {
    inputs: Record<string, { description: string; default: string }>
    outputs: Record<string, { description: string }>
  }
  // A table may be padded for its readers.
  const page = readFileSync('docs/github-action.md', 'utf8').replaceAll(/ +\|/g, ' |')

  it('in action.yml', () => {
    const told = Object.entries(action.inputs).map(([name, input]) => [
      name,
      input.description,
      name === 'github-token' ? '' : input.default,
    ])
    expect(told).toEqual(
      INPUT_FIELDS.filter(({ only }) => only !== 'command').map(({ name, help, fallback }) => [name, help, fallback]),
    )
  })
  it('in the documentation', () => {
    for (const { name } of INPUT_FIELDS) expect(page).toContain(`| \`${name}\` |`)
    for (const { help } of INPUT_FIELDS) expect(page).toContain(`| ${help} |`)
    for (const [name, { description }] of Object.entries(action.outputs))
      expect(page).toContain(`| \`${name}\` | ${description} |`)
  })
})
