import { readFile } from 'node:fs/promises'
import * as core from '@actions/core'
import { INPUT_FIELDS } from '../inputs/fields.ts'
import { parseRunRequest } from '../inputs/run-request.ts'
import { messageOf } from '../kit/errors.ts'
import { changeOf } from '../publish/change.ts'
import { afterMain } from './action-post.ts'
import { gate } from './gate.ts'
import { freshSeed } from './request.ts'

const STATE_RUN = 'run'

/** Main gates; post, which runs whatever happened to main, makes sure that nothing of it is left. */
export async function runAction(): Promise<void> {
  try {
    const run = core.getState(STATE_RUN)
    if (run === '') await main()
    else await afterMain(run)
  } catch (error) {
    core.setFailed(messageOf(error))
    process.exitCode = 3
  }
}

async function main(): Promise<void> {
  const inputs = Object.fromEntries(INPUT_FIELDS.map(({ name }) => [name, core.getInput(name)]))
  const token = inputs['github-token'] ?? ''
  if (token) core.setSecret(token)
  const request = parseRunRequest(inputs, freshSeed)
  const event = await readEvent(process.env.GITHUB_EVENT_PATH)
  const change = changeOf(process.env, event)
  refuseForeignSuite(process.env.GITHUB_EVENT_NAME)
  process.exitCode = await gate(request, {
    change,
    groups: true,
    onRun: (run) => core.saveState(STATE_RUN, run),
    publish: async (outcome) => {
      const { publishAction } = await import('./publish-action.ts')
      await publishAction(outcome, { request, change, token })
    },
  })
}

/**
 * With `pull_request_target` the job has a token that can write, and the pull request's own suite would say which
 * commands run beside it.
 */
function refuseForeignSuite(eventName: string | undefined): void {
  if (eventName !== 'pull_request_target') return
  throw new Error('Seaworthy does not run under pull_request_target: the commands of a pull request would run beside a token that can write. Use `on: pull_request`.')
}

/** The event's payload, or nothing where there is none: then there is no pull request to write to. */
async function readEvent(path: string | undefined): Promise<unknown> {
  if (!path) return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    core.warning(`The event of this run could not be read: ${messageOf(error)}`)
    return undefined
  }
}
