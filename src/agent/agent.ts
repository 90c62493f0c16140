import { SeaworthyError } from '../kit/errors.ts'
import type { Leftover } from '../model/ledger.ts'
import { Doer, type DoerParts } from './doer.ts'
import { type ActionOutcome, type EndedBy, Fault, type FaultEnd, type FaultOrder } from './fault.ts'
import { resourceOf } from './resource.ts'

interface Applied {
  readonly outcomes: readonly ActionOutcome[]
  readonly expiresAtMs: number
}

export interface AgentParts extends DoerParts {
  /** Told when a fault has ended by its own deadline, with nobody asking. */
  readonly onDeadline: (id: string, end: FaultEnd | Error) => void
}

/** Applies recipes and makes sure that they end. */
export interface Agent {
  /**
   * Writes the undo journal, then applies. Actions that fail are outcomes and not exceptions: the fault is then only in part there,
   * and ends like any other. Throws SeaworthyError('ENGINE') for an id that was used before, and what the ledger throws; then nothing was touched.
   */
  readonly apply: (order: FaultOrder) => Promise<Applied>
  /** Lifts a fault; its deadline goes on. Throws SeaworthyError('ENGINE') when it could not be lifted. */
  readonly pause: (id: string) => Promise<void>
  /** Puts a lifted fault back, but for what happens once. Throws SeaworthyError('ENGINE') when it has ended since. */
  readonly resume: (id: string) => Promise<readonly ActionOutcome[]>
  /** Undoes a fault and looks whether it is gone. Idempotent: asked again, it tries again only what was left over. */
  readonly end: (id: string) => Promise<FaultEnd>
  /** Ends every fault that is still on, or of which something is left. Idempotent. */
  readonly endAll: () => Promise<readonly Leftover[]>
}

export function createAgent(parts: AgentParts): Agent {
  const faults = new Map<string, Fault>()
  const doer = new Doer(parts)
  const find = (id: string): Fault => {
    const fault = faults.get(id)
    if (!fault) throw new SeaworthyError('ENGINE', `fault ${id} was never injected`, { target: id })
    return fault
  }
  const end = (fault: Fault, by: EndedBy): Promise<FaultEnd> => {
    // At once, and not in turn: what has not been applied yet must not be any more.
    fault.state = 'ended'
    doer.unclaim(fault)
    return fault.inTurn(() => doer.end(fault, by))
  }
  return {
    apply: async (order) => {
      const { id, what, recipe, durationMs } = order
      if (faults.has(id)) throw new SeaworthyError('ENGINE', `fault ${id} was injected before`, { target: id })
      const at = parts.clock.now()
      const expiresAtMs = at + durationMs
      const written = parts.ledger.write({ entry: 'fault', at, id, what, undo: recipe.undo, expiresAt: expiresAtMs })
      const fault = new Fault(order)
      faults.set(id, fault)
      armDeadline(fault, parts, () => end(fault, 'deadline'))
      const outcomes = await fault.inTurn(async () => {
        await written
        return doer.apply(fault, () => true)
      })
      return { outcomes, expiresAtMs }
    },
    pause: async (id) => {
      const fault = find(id)
      return fault.inTurn(async () => {
        if (fault.state !== 'on') return
        fault.state = 'paused'
        doer.unclaim(fault)
        const whys = (await doer.undo(fault)).map(({ why }) => why)
        if (whys.length === 0) return
        throw new SeaworthyError('ENGINE', `fault ${id} could not be lifted: ${whys.join('; ')}`, { target: id })
      })
    },
    resume: async (id) => {
      const fault = find(id)
      return fault.inTurn(async () => {
        if (fault.state === 'ended') {
          throw new SeaworthyError('ENGINE', `fault ${id} has ended while it was lifted, so it cannot be put back`, {
            target: id,
            remedy: 'Make the pause shorter, or the fault window longer.',
          })
        }
        if (fault.state === 'on') return []
        fault.state = 'on'
        return doer.apply(fault, (action) => resourceOf(action) !== undefined)
      })
    },
    end: async (id) => end(find(id), 'request'),
    endAll: async () => {
      const open = [...faults.values()]
        .reverse()
        .filter((fault) => fault.end === undefined || fault.end.leftovers.length > 0)
      const ends = await Promise.allSettled(open.map((fault) => end(fault, 'request')))
      for (const { timer } of open) timer.abort()
      // Only when each had its chance: one that cannot be ended must not keep the others on.
      for (const ended of ends) if (ended.status === 'rejected') throw ended.reason
      return ends.flatMap((ended) => (ended.status === 'fulfilled' ? ended.value.leftovers : []))
    },
  }
}

function armDeadline(fault: Fault, parts: AgentParts, end: () => Promise<FaultEnd>): void {
  const { id, durationMs } = fault.order
  const expire = async () => {
    try {
      const ended = await end()
      if (ended.by === 'deadline') parts.onDeadline(id, ended)
    } catch (error) {
      parts.onDeadline(id, error instanceof Error ? error : new Error(String(error)))
    }
  }
  // Only ever aborted: the fault has ended otherwise.
  parts.clock.sleep(durationMs, fault.timer.signal).then(expire, () => undefined)
}
