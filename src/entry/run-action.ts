import { relative, resolve } from 'node:path'
import * as core from '@actions/core'
import { INPUT_FIELDS } from '../inputs/fields.ts'
import { parseRunRequest } from '../inputs/run-request.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import type { RunRequest } from '../model/request.ts'
import { type ActionHost, readHost } from './action-host.ts'
import { afterMain } from './action-post.ts'
import { gate } from './gate.ts'
import { freshSeed } from './request.ts'

/** What main leaves for post. `started` comes first: without it post would take itself for main. */
const STATE = { started: 'started', run: 'run', verdict: 'verdict' } as const

/** Main gates; post, which runs whatever happened to main, makes sure that nothing of it is left. */
export async function runAction(): Promise<void> {
  try {
    process.exitCode = core.getState(STATE.started) === '' ? await main() : await post()
  } catch (error) {
    core.error(messageOf(error), { title: 'Seaworthy' })
    process.exitCode = 3
  }
}

async function main(): Promise<number> {
  core.saveState(STATE.started, 'yes')
  const inputs = Object.fromEntries(INPUT_FIELDS.map(({ name }) => [name, core.getInput(name)]))
  const token = inputs['github-token'] ?? ''
  maskToken(token)
  const host = await readHost(token)
  let request: RunRequest | undefined
  try {
    refuseForeignSuite(process.env.GITHUB_EVENT_NAME)
    request = fromWorkspace(parseRunRequest(inputs, freshSeed))
    return request.mode === 'plan' ? await showPlan(request, host) : await gateChange(request, host)
  } catch (error) {
    const { refuseAction } = await import('./refuse-action.ts')
    return refuseAction(error, request, host)
  }
}

/** Reports name the suite by its path in the workspace, however it was given. */
function fromWorkspace(request: RunRequest): RunRequest {
  const inside = relative(process.cwd(), resolve(request.suite))
  return inside.startsWith('..') ? request : { ...request, suite: inside }
}

async function post(): Promise<number> {
  return afterMain(core.getState(STATE.run), core.getState(STATE.verdict))
}

async function gateChange(request: RunRequest, host: ActionHost): Promise<number> {
  return gate(request, {
    change: host.change,
    groups: true,
    onRun: (run) => core.saveState(STATE.run, run),
    publish: async (outcome) => {
      core.saveState(STATE.verdict, outcome.journal.verdict)
      const { publishAction } = await import('./publish-action.ts')
      await publishAction(outcome, request, host)
    },
  })
}

async function showPlan(request: RunRequest, host: ActionHost): Promise<number> {
  const { planAction } = await import('./plan-action.ts')
  return planAction(request, host)
}

/** The runner masks its own tokens; this one may be another, and an encoded form is as good as the token. */
function maskToken(token: string): void {
  if (!token) return
  const forms = [token, encodeURIComponent(token), Buffer.from(token).toString('base64')]
  for (const form of new Set(forms)) core.setSecret(form)
}

/**
 * With `pull_request_target` the job has a token that can write, and the pull request's own suite would say which
 * commands run beside it.
 */
function refuseForeignSuite(eventName: string | undefined): void {
  if (eventName !== 'pull_request_target') return
  throw new SeaworthyError(
    'INPUT',
    'Seaworthy does not run under pull_request_target: the commands of a pull request would run beside a token that can write',
    { remedy: 'Use `on: pull_request`.' },
  )
}
