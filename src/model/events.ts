import type { Evidence } from './evidence.ts'
import type { Leftover } from './ledger.ts'
import type { Plan } from './plan.ts'
import type { Verdict } from './verdict.ts'

/** What happens in a run, for progress on a terminal, CI lines and `events.ndjson`. The core never prints. */
export type RunEvent = { readonly at: number } & (
  | { readonly event: 'run.started'; readonly run: string; readonly suite: string }
  | { readonly event: 'plan.made'; readonly plan: Plan }
  | { readonly event: 'phase.started'; readonly phase: string }
  | { readonly event: 'phase.ended'; readonly phase: string; readonly ms: number }
  | { readonly event: 'service.ready'; readonly service: string; readonly replicas: number }
  | { readonly event: 'replica.ready'; readonly replica: string }
  | { readonly event: 'replica.exited'; readonly replica: string; readonly how: string; readonly expected: boolean }
  | { readonly event: 'steady'; readonly detail: string }
  | { readonly event: 'experiment.started'; readonly index: number; readonly of: number; readonly name: string }
  | {
      readonly event: 'window.started'
      readonly index: number
      readonly window: 'baseline' | 'fault' | 'recovery'
      readonly ms: number
    }
  | { readonly event: 'step.started'; readonly index: number; readonly detail: string }
  | { readonly event: 'fault.injected'; readonly index: number; readonly fault: string; readonly detail: string }
  | { readonly event: 'fault.proven'; readonly index: number; readonly evidence: Evidence }
  | {
      readonly event: 'fault.recovered'
      readonly index: number
      readonly fault: string
      readonly by: 'request' | 'deadline' | 'abort'
    }
  | {
      readonly event: 'slice'
      readonly index: number
      readonly window: 'baseline' | 'fault' | 'recovery'
      readonly objectives: readonly {
        readonly name: string
        readonly n: number
        readonly bad: number
        readonly value: number | null
      }[]
    }
  | { readonly event: 'guard.fired'; readonly index: number; readonly objective: string; readonly below: number }
  | {
      readonly event: 'experiment.judged'
      readonly index: number
      readonly of: number
      readonly name: string
      readonly verdict: Verdict
      readonly detail: string
    }
  | { readonly event: 'verdict'; readonly verdict: Verdict; readonly summary: string }
  | { readonly event: 'cleaned'; readonly leftovers: readonly Leftover[] }
  | { readonly event: 'warning'; readonly detail: string }
)

export type EventListener = (event: RunEvent) => void

/** An event without its time, as its maker writes it; the bus adds `at`. */
export type RunEventBody = RunEvent extends infer E ? (E extends { at: number } ? Omit<E, 'at'> : never) : never
export type Emit = (event: RunEventBody) => void
