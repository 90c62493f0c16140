import { globSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A workflow that users copy, or that we run, and where it is written. */
export interface WorkflowFile {
  /** `docs/forks.md:12` for one in a page. */
  readonly where: string
  readonly text: string
}

const FENCE = /^```ya?ml\n([\s\S]*?)^```$/gm

/** Every workflow of this repository: our own, the examples, those that the tests run, and those in pages. */
export function workflowFiles(): readonly WorkflowFile[] {
  const files = globSync(['.github/workflows/*.yml', 'examples/workflows/*.yml', 'test/cluster/act/workflows/*.yml'])
  const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'])
  return [
    ...files.sort().map((where) => ({ where, text: readFileSync(where, 'utf8') })),
    ...pages.sort().flatMap((page) => fencedWorkflows(page)),
  ]
}

/** The YAML fences of a page that are workflows, and those that are steps of one, each in the smallest workflow for it. */
function fencedWorkflows(page: string): WorkflowFile[] {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(FENCE)].flatMap(({ 1: fence = '', index }) => {
    const where = `${page}:${text.slice(0, index).split('\n').length + 1}`
    const value: unknown = parse(fence)
    if (isWorkflow(value)) return [{ where, text: fence }]
    return isSteps(value) ? [{ where, text: aroundSteps(fence) }] : []
  })
}

function isWorkflow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'jobs' in value && 'on' in value
}

function isSteps(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((step: unknown) => typeof step === 'object' && step !== null && ('uses' in step || 'run' in step))
  )
}

function aroundSteps(steps: string): string {
  const indented = steps.replaceAll(/^(?=.)/gm, '      ')
  return `on: pull_request\npermissions: {}\njobs:\n  job:\n    runs-on: ubuntu-24.04\n    steps:\n${indented}`
}
