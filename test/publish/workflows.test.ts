import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Workflow {
  readonly permissions: object
  readonly jobs: Record<
    string,
    { readonly if?: string; readonly steps: readonly { uses?: string; with?: object; run?: string; if?: string }[] }
  >
}

const action = parse(readFileSync('action.yml', 'utf8')) as { inputs: object; outputs: object }
const fenced = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(/^```yaml\n(# \.github\/workflows[\s\S]*?)^```$/gm)].map(
    ([, text = '']) => text,
  )
const workflows: readonly (readonly [string, string])[] = [
  ...readdirSync('examples/workflows').map(
    (name) => [`examples/workflows/${name}`, readFileSync(`examples/workflows/${name}`, 'utf8')] as const,
  ),
  ...['README.md', 'docs/github-action.md'].flatMap((path) => fenced(path).map((text) => [path, text] as const)),
]

it('every page with a workflow was looked at', () => {
  expect(workflows.map(([path]) => path)).toEqual([
    'examples/workflows/pull-request.yml',
    'README.md',
    'docs/github-action.md',
  ])
})

describe.each(workflows)('the workflow in %s', (_, text) => {
  const { permissions, jobs } = parse(text) as Workflow
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  it('asks for what is needed and no more', () => {
    expect(permissions).toEqual({ contents: 'read', 'pull-requests': 'write', checks: 'write' })
  })
  it('cannot be skipped, which GitHub would count as a success', () => {
    expect(Object.values(jobs).map((job) => job.if)).toEqual([undefined])
    expect(text).not.toMatch(/^ {2}pull_request_target|paths(-ignore)?:/m)
  })
  it('pins the actions of others to commits', () => {
    const others = steps.flatMap(({ uses }) => (uses && !uses.startsWith('seaworthy/') ? [uses] : []))
    expect(others.length).toBeGreaterThan(0)
    for (const uses of others) expect(uses).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/)
  })
  it('gives and reads only what the action knows', () => {
    const ours = steps.filter(({ uses }) => uses?.startsWith('seaworthy/'))
    expect(ours).toHaveLength(1)
    for (const name of Object.keys(ours[0]?.with ?? {})) expect(Object.keys(action.inputs)).toContain(name)
    for (const [, name] of text.matchAll(/steps\.gate\.outputs\.([\w-]+)/g))
      expect(Object.keys(action.outputs)).toContain(name)
  })
  it('puts no expression into a script', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('{{')
  })
})
