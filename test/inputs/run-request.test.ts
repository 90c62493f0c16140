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
      cluster: {
        cluster: undefined,
        kubeconfig: undefined,
        context: undefined,
        namespace: undefined,
        image: undefined,
        install: 'never',
      },
      kind: { binary: undefined, image: undefined, config: undefined, keep: 'never' },
      prometheusUrl: undefined,
      only: [],
      seed: 99,
      seedGiven: false,
      lockWaitMs: 0,
      shard: undefined,
      plan: undefined,
      comment: 'always',
      checkName: 'Seaworthy',
      check: 'always',
      policyFrom: undefined,
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

  it('reads a shard, and gives all shards the same seed unless one was given', () => {
    expect(parseRunRequest({ shard: '2/3' }, fresh, () => 5)).toMatchObject({ shard: { index: 2, count: 3 }, seed: 5 })
    expect(parseRunRequest({ shard: '2/3', seed: '8' }, fresh, () => 5).seed).toBe(8)
    expect(parseRunRequest({}, fresh, () => 5).seed).toBe(99)
  })

  it.each(['0/3', '4/3', '1', '1/0', '1/257', '01/3', '1/2/3', '-1/3', 'a/b'])('refuses the shard %s', (shard) => {
    expect(() => parseRunRequest({ shard }, fresh)).toThrow('a part of how many, such as 2/3')
  })

  it.each([
    [{ mode: 'maybe' }, 'mode: found "maybe", expected enforce, report or plan'],
    [{ seed: '-1' }, 'seed'],
    [{ seed: '4294967296' }, 'seed'],
    [{ plan: 'ABC' }, 'plan'],
    [{ 'prometheus-url': 'file:///etc/passwd' }, 'prometheus-url'],
    [{ 'prometheus-url': 'http://me@prometheus:9090' }, 'prometheus-url'],
    [{ 'on-inconclusive': 'ignore' }, 'on-inconclusive'],
    [{ comment: 'sometimes', mode: 'x' }, 'comment'],
    [{ cluster: 'minikube' }, 'cluster: found "minikube", expected connect or kind'],
    [{ 'kind-image': '--privileged' }, 'kind-image: found "--privileged", expected an image reference'],
    [{ 'kind-keep': 'yes' }, 'kind-keep: found "yes", expected never or always'],
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
  const clusterPage =
    `${readFileSync('docs/kubernetes.md', 'utf8')}${readFileSync('docs/forks.md', 'utf8')}`.replaceAll(/ +\|/g, ' |')
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
    for (const { name, help, only } of INPUT_FIELDS) {
      expect(only === 'command' ? clusterPage : page).toContain(`| \`${name}\` |`)
      expect(only === 'command' ? clusterPage : page).toContain(`| ${help} |`)
    }
    for (const [name, { description }] of Object.entries(action.outputs))
      expect(page).toContain(`| \`${name}\` | ${description} |`)
  })
})
