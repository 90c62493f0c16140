import { createHash } from 'node:crypto'

const OWNER_DIGITS = 12

/**
 * The id of a new run: `r-` and ten random digits, and between them a mark of the pipeline that it belongs to, where there
 * is one. Every object of a run carries its id, so that the runs of a pipeline are found again by whoever knows only the
 * pipeline. Two attempts of one task are two runs.
 */
export function runId(random: string, owner: string | undefined): string {
  return `${ownerPrefix(owner)}${random}`
}

/** Whether a run with this id belongs to this owner. */
export function isRunOf(owner: string, run: string): boolean {
  return run.startsWith(ownerPrefix(owner))
}

function ownerPrefix(owner: string | undefined): string {
  if (owner === undefined) return 'r-'
  return `r-${createHash('sha256').update(owner).digest('hex').slice(0, OWNER_DIGITS)}-`
}
