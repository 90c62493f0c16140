import { randomInt } from 'node:crypto'
import { parseRunRequest } from '../inputs/run-request.ts'
import type { RunRequest } from '../model/request.ts'
import type { Invocation } from './invocation.ts'

const SEED_LIMIT = 2 ** 32

export const freshSeed = () => randomInt(SEED_LIMIT)

/** A command line's flags to a request; the suite may be named by position or by flag, but not by both. */
export function requestOf({ flags, words }: Invocation): RunRequest {
  const [suite] = words
  return parseRunRequest(suite === undefined ? flags : { ...flags, suite }, freshSeed)
}
