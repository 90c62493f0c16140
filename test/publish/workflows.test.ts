import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Workflow {
  readonly permissions: object
  readonly jobs: Record<
    string,
    {
      readonly if?: string
      readonly needs?: unknown
      readonly permissions?: object
      readonly steps: readonly { uses?: string; with?: object; run?: string; if?: string }[]
    }
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
    'examples/workflows/attested.yml',
    'examples/workflows/gate-forks.yml',
    'examples/workflows/publish.yml',
    'examples/workflows/pull-request.yml',
    'examples/workflows/shards.yml',
    'README.md',
    'docs/github-action.md',
  ])
})

/** Of two stages the first can write nothing, and the second asks how the first ended. */
const NEEDED: Readonly<Record<string, object>> = {
  'examples/workflows/gate-forks.yml': { contents: 'read' },
  'examples/workflows/publish.yml': {
    contents: 'read',
    actions: 'read',
    'pull-requests': 'write',
    checks: 'write',
  },
}

describe('the second of two stages', () => {
  const [gate, publish] = ['gate-forks', 'publish'].map((name) =>
    parse(readFileSync(`examples/workflows/${name}.yml`, 'utf8')),
  )

  it('starts with the end of the first, by its name', () => {
    expect(publish.on).toEqual({ workflow_run: { workflows: [gate.name], types: ['completed'] } })
  })
  it('reads the file that the first uploads, from outside the workspace, and checks nothing out', () => {
    const uploaded = gate.jobs.gate.steps.at(-1)
    const [download, ours] = publish.jobs.publish.steps
    expect(uploaded).toMatchObject({ if: 'always()', with: { path: 'out/journal.json' } })
    expect(download.with.name).toBe(uploaded.with.name)
    expect(ours.with).toMatchObject({ mode: 'publish', journal: `${download.with.path}/journal.json` })
    expect(download.with.path).toContain('runner.temp')
    expect(JSON.stringify(publish)).not.toContain('checkout')
  })
  it('runs nothing but the two', () => {
    expect(publish.jobs.publish.steps).toHaveLength(2)
    expect(Object.keys(publish.jobs)).toEqual(['publish'])
  })
})

describe.each(workflows)('the workflow in %s', (path, text) => {
  const { permissions, jobs } = parse(text) as Workflow
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  it('asks for what is needed and no more', () => {
    expect(permissions).toEqual(NEEDED[path] ?? { contents: 'read', 'pull-requests': 'write', checks: 'write' })
  })
  it('lets only a job that starts nothing of the repository ask for a signature', () => {
    for (const { permissions: own, steps: its } of Object.values(jobs).filter((job) => job.permissions)) {
      expect(own).toEqual({ 'id-token': 'write', attestations: 'write' })
      for (const { uses = '', run = '' } of its) {
        expect(uses).not.toMatch(/checkout|^\.|seaworthy/)
        expect(run).toMatch(/^(jq -e \.predicate |cp |$)/)
      }
    }
  })
  it('cannot be skipped, which GitHub would count as a success', () => {
    // One that needs others is skipped when they fail, unless it says that it is not.
    for (const job of Object.values(jobs)) expect(job.if).toBe(job.needs === undefined ? undefined : 'always()')
    expect(text).not.toMatch(/^ {2}pull_request_target|paths(-ignore)?:/m)
  })
  it('pins the actions of others to commits', () => {
    const others = steps.flatMap(({ uses }) => (uses && !uses.startsWith('seaworthy/') ? [uses] : []))
    expect(others.length).toBeGreaterThan(0)
    for (const uses of others) expect(uses).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/)
  })
  it('gives and reads only what the action knows', () => {
    const ours = steps.filter(({ uses }) => uses?.startsWith('seaworthy/'))
    // A job that signs has no step of ours: nothing that is gated may come near it.
    const signing = Object.values(jobs).filter(({ permissions: own }) => own)
    expect(ours).toHaveLength(Object.keys(jobs).length - signing.length)
    for (const name of ours.flatMap((step) => Object.keys(step.with ?? {})))
      expect(Object.keys(action.inputs)).toContain(name)
    for (const [, name] of text.matchAll(/steps\.gate\.outputs\.([\w-]+)/g))
      expect(Object.keys(action.outputs)).toContain(name)
  })
  it('puts no expression into a script', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('{{')
  })
})
