import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { githubParsers } from './github-parsers.ts'
import { workflowFiles } from './workflow-files.ts'

let parsers: Awaited<ReturnType<typeof githubParsers>>
beforeAll(async () => {
  parsers = await githubParsers()
})

function mistakesInAction(content: string): string[] {
  const { context } = parsers.parseAction({ name: 'action.yml', content }, new parsers.NoOperationTraceWriter())
  return context.errors.getErrors().map(({ message }) => message)
}

async function mistakesInWorkflow(name: string, content: string): Promise<string[]> {
  const { context, value } = parsers.parseWorkflow({ name, content }, new parsers.NoOperationTraceWriter())
  const mistakes = context.errors.getErrors().map(({ message }) => message)
  if (!value) return [...mistakes, 'nothing was read']
  const { errors = [] } = await parsers.convertWorkflowTemplate(context, value)
  return [...new Set([...mistakes, ...errors.map(({ Message }) => Message)])]
}

describe("action.yml, by GitHub's own schema", () => {
  const text = readFileSync('action.yml', 'utf8')

  it('is clean', () => {
    expect(mistakesInAction(text)).toEqual([])
  })
  it.each([
    ['another Node', text.replace('using: node24', 'using: node23'), "Unexpected value 'node23'"],
    ['a key that there is not', text.replace('  post:', '  pst:'), "Unexpected value 'pst'"],
    ['an expression that is none', text.replace('github.token', 'github..token'), 'github..token'],
  ])('%s would be found', (_, broken, words) => {
    expect(mistakesInAction(broken)).toEqual([expect.stringContaining(words)])
  })
})

describe("workflows, by GitHub's own schema", () => {
  it.each(workflowFiles().map(({ where, text }) => [where, text] as const))('%s', async (where, text) => {
    expect(await mistakesInWorkflow(where, text)).toEqual([])
  })
  it.each([
    ['a permission that there is not', 'checks: write', 'chekcs: write', 'chekcs'],
    ['an event that there is not', 'pull_request:', 'pull_requests:', 'pull_requests'],
    [
      'an expression that is none',
      'steps.gate.outputs.verdict }}',
      'steps.gate.outputs.verdict) }}',
      "Unexpected symbol: ')'",
    ],
  ])('%s would be found', async (_, there, wrong, words) => {
    const text = readFileSync('examples/workflows/pull-request.yml', 'utf8')
    expect(text).toContain(there)
    expect((await mistakesInWorkflow('x.yml', text.replace(there, wrong))).join('\n')).toContain(words)
  })
})
