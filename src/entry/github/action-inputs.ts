import { relative, resolve } from 'node:path'
import * as core from '@actions/core'
import { INPUT_FIELDS } from '../../inputs/fields.ts'
import { parseRunRequest } from '../../inputs/run-request.ts'
import type { RunRequest } from '../../model/request.ts'
import { freshSeed, sharedSeed } from '../request.ts'

/** The action's inputs by name, as the runner gives them to main and to post. */
export function readInputs(): Readonly<Record<string, string>> {
  return Object.fromEntries(INPUT_FIELDS.map(({ name }) => [name, core.getInput(name)]))
}

/** Throws INPUT. Reports name the suite by its path in the workspace, however it was given. */
export function actionRequest(inputs: Readonly<Record<string, string>>): RunRequest {
  const request = parseRunRequest(inputs, freshSeed, sharedSeed)
  const inside = relative(process.cwd(), resolve(request.suite))
  return inside.startsWith('..') ? request : { ...request, suite: inside }
}

/** The runner masks its own tokens; this one may be another, and an encoded form is as good as the token. */
export function maskToken(token: string): void {
  if (!token) return
  const forms = [token, encodeURIComponent(token), Buffer.from(token).toString('base64')]
  for (const form of new Set(forms)) core.setSecret(form)
}
