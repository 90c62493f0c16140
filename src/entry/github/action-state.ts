/**
 * What main leaves for post: the run once there is one, the verdict that it came to, that it ended by itself, and that a
 * cancellation kept it from telling its verdict. Each is empty where main did not come so far.
 */
export const STATE = { run: 'run', verdict: 'verdict', ended: 'ended', untold: 'untold' } as const
