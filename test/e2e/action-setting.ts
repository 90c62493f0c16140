import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { type FakeGitHub, startFakeGitHub } from '../fakes/github.ts'
import { processesOf } from './gate.ts'
import { type Job, type JobOptions, job, runJob, type Step, TOKEN } from './runner.ts'
import { service, suiteOf } from './suite-of.ts'

/** What every test of the action starts from, and what must be so after each: no process, no token, no wrong request. */
export const KILL = { name: 'one of two dies', fault: { type: 'pod-kill', target: { workload: 'web', mode: 'one' } } }
export const BREAK = {
  name: 'every answer is a 503',
  fault: { type: 'http-abort', target: { workload: 'web', mode: 'all' }, status: 503 },
}
export const NOTHING = {
  name: 'a delay of nothing',
  fault: { type: 'network-delay', target: { workload: 'web', mode: 'all' }, latency: '0ms' },
}
export const BROKEN = suiteOf([
  { ...KILL, fault: { type: 'pod-kil', target: { workload: 'web' } } },
  { ...KILL, name: 'other', nme: 'x' },
])
export const { command: COMMAND } = service() as { command: string }
export const HEAD = '7d3e1b0000000000000000000000000000000000'
export const ALL = { times: Number.POSITIVE_INFINITY }

export const pull = (from = 'acme/shop') => ({
  pull_request: {
    number: 482,
    head: { sha: HEAD, repo: { full_name: from } },
    base: { sha: 'ba5e000000000000000000000000000000000000', ref: 'main' },
  },
})

let current: FakeGitHub
let jobs: Job[]
let steps: Step[]

/** The GitHub of this test. */
export function github(): FakeGitHub {
  return current
}

/** In place of the usual one, which is closed. */
export async function useGitHub(made: FakeGitHub): Promise<FakeGitHub> {
  await current.close()
  current = made
  return made
}

/** A step that a test started itself is looked at for tokens too. */
export function remember(...more: readonly Step[]): void {
  steps.push(...more)
}

beforeEach(async () => {
  current = await startFakeGitHub()
  jobs = []
  steps = []
})
afterEach(async () => {
  await current.close()
  expect(current.violations).toEqual([])
  for (const place of jobs) expect(processesOf(place)).toEqual([])
  expectNoToken()
})

export const options = (more: Partial<JobOptions> = {}): JobOptions => ({
  apiUrl: current.url,
  event: 'pull_request',
  payload: pull(),
  inputs: {},
  runId: 1042,
  env: {},
  ...more,
})

export function place(suite: string, file?: string): Job {
  const made = job(suite, file)
  jobs.push(made)
  return made
}

export async function run(where: Job, more: Partial<JobOptions> = {}): Promise<{ main: Step; post: Step }> {
  const done = await runJob(where, options(more))
  steps.push(done.main, done.post)
  return done
}

/** In no form in any file, log line, output, summary or request body; only in the header that needs it and in the order to mask it. */
function expectNoToken(): void {
  const forms = [TOKEN, encodeURIComponent(TOKEN), Buffer.from(TOKEN).toString('base64')]
  const masks = steps.map((step) => step.commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data))
  const texts = [
    ...steps.map((step) =>
      JSON.stringify({ ...step, commands: step.commands.filter(({ name }) => name !== 'add-mask') }),
    ),
    ...current.requests.map(({ path, text }) => path + text),
    ...jobs.flatMap(({ folder, temp }) => [folder, temp].flatMap(filesBelow)).map((path) => readFileSync(path, 'utf8')),
  ]
  for (const form of forms) expect(texts.filter((text) => text.includes(form))).toEqual([])
  for (const mask of masks.filter(({ length }) => length > 0)) expect(mask).toEqual(forms)
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

export const lineOf = (where: Job, text: string) =>
  readFileSync(where.suite, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1
