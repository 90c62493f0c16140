import type { Impairment } from '../../../model/cluster/node-action.ts'
import { flipBit } from './corrupt.ts'
import { createDeadlines } from './deadlines.ts'
import { createFates } from './fate.ts'
import { createHeldTimes } from './held-times.ts'
import { ACCEPT, acceptUpToMessage, DROP, verdictMessage } from './netlink.ts'
import type { QueueCounts } from './queue-protocol.ts'

/** Node's timers have whole milliseconds: what is due within half of one goes now. */
const SLACK_MS = 0.5

export interface Lane {
  /** A packet has come; `now` in ms of a clock that never goes back. */
  readonly packet: (id: number, payload: Buffer | undefined, now: number) => void
  /** Lets pass what is due. */
  readonly release: (now: number) => void
  /** Lets pass what was decided at once since the last time. */
  readonly flush: () => void
  readonly next: () => number | undefined
  readonly counts: () => QueueCounts
  readonly onlyDelays: boolean
}

interface Waiting {
  readonly id: number
  readonly payload: Buffer | undefined
  readonly since: number
}

/**
 * The packets of one queue: decides each, holds it for its time, and writes verdicts. Unless reordering is asked for, no
 * packet passes one that came before it; then one message lets all pass up to a number.
 */
export function createLane(queue: number, impairment: Impairment, write: (message: Buffer) => void): Lane {
  const fate = createFates(impairment)
  const waiting = createDeadlines<Waiting>()
  const held = createHeldTimes()
  const tally = { packets: 0, hit: 0, lost: 0, corrupted: 0, overtook: 0 }
  const mayOvertake = impairment.reorderRatio > 0
  const inOneMessage = !mayOvertake && impairment.corruptRatio === 0
  let latest = 0
  let upTo: number | undefined

  const pass = ({ id, payload }: Waiting) => {
    if (inOneMessage) upTo = id
    else write(verdictMessage(queue, id, ACCEPT, payload))
  }
  const flush = () => {
    if (upTo !== undefined) write(acceptUpToMessage(queue, upTo))
    upTo = undefined
  }
  return {
    packet: (id, payload, now) => {
      const { lost, delayMs, corrupt, overtakes } = fate()
      tally.packets += 1
      if (lost) {
        tally.hit += 1
        tally.lost += 1
        return write(verdictMessage(queue, id, DROP))
      }
      const changed = corrupt && payload ? flipBit(payload, corrupt) : undefined
      const at = mayOvertake ? now + delayMs : Math.max(now + delayMs, latest)
      latest = at
      if (changed) tally.corrupted += 1
      // Whoever does not wait when nobody does passes nobody.
      if (overtakes && waiting.size() > 0) tally.overtook += 1
      // Where some skip the wait, those are what was asked for, and the wait is only the means.
      if (changed || (mayOvertake ? overtakes : at > now)) tally.hit += 1
      if (at > now) waiting.push(at, { id, payload: changed, since: now })
      else pass({ id, payload: changed, since: now })
    },
    release: (now) => {
      for (let due = waiting.takeDue(now + SLACK_MS); due; due = waiting.takeDue(now + SLACK_MS)) {
        if (now !== Number.POSITIVE_INFINITY) held.add(now - due.since)
        pass(due)
      }
      flush()
    },
    flush,
    next: waiting.next,
    counts: () => ({ ...tally, medianHeldMs: held.median(), waiting: waiting.size() }),
    onlyDelays: inOneMessage && impairment.lossRatio === 0,
  }
}
