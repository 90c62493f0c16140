import { createHash, randomInt } from 'node:crypto'
import { parseRunRequest } from '../inputs/run-request.ts'
import type { RunRequest } from '../model/request.ts'
import type { Invocation } from './invocation.ts'

const SEED_LIMIT = 2 ** 32

export const freshSeed = () => randomInt(SEED_LIMIT)

/**
 * Of the workflow run, whichever of its jobs and attempts asks: a shard that is repeated belongs to those that were not.
 * Zero where there is no workflow, as nothing else is known to be the same on all machines.
 */
export function sharedSeed(): number {
  const { GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env
  if (!GITHUB_RUN_ID) return 0
  return createHash('sha256').update(`${GITHUB_REPOSITORY} ${GITHUB_RUN_ID}`).digest().readUInt32BE()
}

/** A command line's flags to a request; the suite may be named by position or by flag, but not by both. */
export function requestOf({ flags, words }: Invocation): RunRequest {
  const [suite] = words
  return parseRunRequest(suite === undefined ? flags : { ...flags, suite }, freshSeed, sharedSeed)
}
