import * as core from '@actions/core'
import { messageOf } from '../../kit/errors.ts'
import type { RunRequest } from '../../model/request.ts'
import { gate } from '../gate.ts'
import { masked } from '../masked.ts'
import { type ActionHost, readHost } from './action-host.ts'
import { actionRequest, maskToken, readInputs } from './action-inputs.ts'
import { STATE } from './action-state.ts'
import { deskOf } from './approval-desk.ts'
import { baseOfChange } from './base-of-change.ts'
import { refuseForeignEvent, refuseForeignSuite } from './foreign-suite.ts'

/** The main step: gates, and says how that ended. What it could not do is left to the post step. */
export async function runAction(): Promise<void> {
  try {
    process.exitCode = await main()
    core.saveState(STATE.ended, 'yes')
  } catch (error) {
    core.error(masked(messageOf(error)), { title: 'Seaworthy' })
    process.exitCode = 3
  }
}

async function main(): Promise<number> {
  const inputs = readInputs()
  const token = inputs['github-token'] ?? ''
  maskToken(token)
  const host = await readHost(token)
  let request: RunRequest | undefined
  try {
    if (inputs.mode === 'publish') return await publish(inputs, host)
    refuseForeignEvent(process.env.GITHUB_EVENT_NAME)
    if (inputs.mode === 'merge') return await mergeShardsOf(inputs, host)
    const asked = actionRequest(inputs)
    // Before it is known as a request: a refusal must not be written to the default branch's commit.
    await refuseForeignSuite(process.env, asked.suite)
    request = asked
    return request.mode === 'plan' ? await showPlan(request, host) : await gateChange(request, host)
  } catch (error) {
    const { refuseAction } = await import('./refuse-action.ts')
    return refuseAction(error, request, host)
  }
}

async function gateChange(request: RunRequest, host: ActionHost): Promise<number> {
  return gate(request, {
    change: host.change,
    readDesk: deskOf(host),
    readBase: baseOfChange(request, host, process.env.GITHUB_EVENT_NAME),
    groups: true,
    onRun: (run) => core.saveState(STATE.run, run),
    publish: async (outcome, cancelled) => {
      core.saveState(STATE.verdict, outcome.journal.verdict)
      const { publishAction } = await import('./publish-action.ts')
      const told = await publishAction(outcome, request, host, cancelled)
      if (!told) core.saveState(STATE.untold, 'yes')
    },
  })
}

async function showPlan(request: RunRequest, host: ActionHost): Promise<number> {
  const { planAction } = await import('./plan-action.ts')
  return planAction(request, host)
}

async function mergeShardsOf(inputs: Readonly<Record<string, string>>, host: ActionHost): Promise<number> {
  const { mergeAction } = await import('./merge-action.ts')
  return mergeAction(inputs, host, (verdict) => core.saveState(STATE.verdict, verdict))
}

async function publish(inputs: Readonly<Record<string, string | undefined>>, host: ActionHost): Promise<number> {
  const { publishMode } = await import('./publish-mode.ts')
  return publishMode(inputs, host)
}
