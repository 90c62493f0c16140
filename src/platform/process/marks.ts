/** Environment entries by which the processes of a run are found again, whatever they did to their parents and sessions. */
export const RUN_MARK = 'SEAWORTHY_RUN'
/** One start of one command: `web-1#3`. */
export const START_MARK = 'SEAWORTHY_START'

export function runMark(run: string): string {
  return `${RUN_MARK}=${run}`
}

/** Unique in all runs of the machine. */
export function startMark(run: string, id: string): string {
  return `${START_MARK}=${run}/${id}`
}
