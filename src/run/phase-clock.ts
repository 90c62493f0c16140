import type { Session } from './session.ts'

export interface PhaseClock {
  readonly timings: { readonly phase: string; readonly ms: number }[]
  readonly time: <T>(phase: string, work: () => Promise<T>) => Promise<T>
}

/** Says when each phase starts and ends, and keeps how long it took, also when it failed. */
export function phaseClock(session: Session): PhaseClock {
  const timings: { phase: string; ms: number }[] = []
  return {
    timings,
    time: async (phase, work) => {
      const start = session.clock.monotonic()
      session.context.emit({ event: 'phase.started', phase })
      try {
        return await work()
      } finally {
        const ms = Math.round(session.clock.monotonic() - start)
        timings.push({ phase, ms })
        session.context.emit({ event: 'phase.ended', phase, ms })
      }
    },
  }
}
