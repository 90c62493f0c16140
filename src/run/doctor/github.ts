import { existsSync } from 'node:fs'
import type { Finding } from '../../model/diagnosis.ts'
import { notesOf } from './finding.ts'

const notes = notesOf('github')
const VARIABLES = ['GITHUB_REPOSITORY', 'GITHUB_EVENT_NAME', 'GITHUB_SHA', 'GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT']
const TOKENS = ['INPUT_GITHUB-TOKEN', 'GITHUB_TOKEN']

/** Under GitHub Actions: what is set, never what it is. What a token may do cannot be known without using it. */
export function githubFindings(environment: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  if (environment.GITHUB_ACTIONS !== 'true') return []
  const missing = VARIABLES.filter((name) => !environment[name])
  const token = TOKENS.find((name) => environment[name])
  return [
    missing.length === 0
      ? notes.ok('variables', 'those of a job are set')
      : notes.warning(
          'variables',
          `not set: ${missing.join(', ')}`,
          'Run in a job of a workflow, not in a container without them.',
        ),
    eventFinding(environment),
    token === undefined
      ? notes.warning(
          'token',
          'none is given to this step',
          'Give `github-token`: without it there is no comment and no check run.',
        )
      : notes.ok(
          'token',
          `${token} is set; the job needs \`pull-requests: write\` and \`checks: write\`, which is not tried`,
        ),
  ]
}

function eventFinding(environment: Readonly<Record<string, string | undefined>>): Finding {
  const { GITHUB_EVENT_NAME: name = 'unknown', GITHUB_EVENT_PATH: path } = environment
  if (name === 'pull_request_target')
    return notes.problem(
      'event',
      'under pull_request_target the commands of a pull request would run beside a token that can write',
      'Use `on: pull_request`.',
    )
  if (path === undefined || !existsSync(path))
    return notes.warning(
      'event',
      `${name}, and the file of the event is not there`,
      'Reports will name no pull request.',
    )
  return notes.ok('event', name)
}
