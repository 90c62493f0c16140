import type { Clock } from '../kit/clock.ts'
import type { Emit, EventListener } from '../model/events.ts'

export interface EventBus {
  readonly emit: Emit
  readonly listen: (listener: EventListener) => void
  /** Listeners that threw: progress must never change a verdict, but it is said in the journal's warnings. */
  readonly failures: () => number
}

export function createEventBus(clock: Clock): EventBus {
  const listeners: EventListener[] = []
  let failures = 0
  return {
    emit: (body) => {
      const event = { at: clock.now(), ...body }
      for (const listener of listeners) {
        try {
          listener(event)
        } catch {
          failures += 1
        }
      }
    },
    listen: (listener) => {
      listeners.push(listener)
    },
    failures: () => failures,
  }
}
