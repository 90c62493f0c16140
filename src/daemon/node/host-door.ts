import { endWatchdog, startWatchdog, watchdogLeftovers } from '../watchdog/watchdog.ts'
import { type RunOnHost, runOnHost } from './host.ts'

/** All that a node's actions touch. Tests have one that writes down what it was asked, and a folder for the root. */
export interface HostDoor {
  readonly run: RunOnHost
  /** Where the node's own files are seen. */
  readonly root: string
  readonly startWatchdog: typeof startWatchdog
  readonly endWatchdog: typeof endWatchdog
  readonly watchdogLeftovers: typeof watchdogLeftovers
}

export const hostDoor: HostDoor = {
  run: runOnHost,
  root: '/proc/1/root',
  startWatchdog,
  endWatchdog,
  watchdogLeftovers,
}
