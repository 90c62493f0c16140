import type { Machine } from './machine.ts'

/** What an Event says of a machine that has gone a step, by its reason; undefined where nothing is new to people. */
export function eventOf(before: Machine, { stage, phase, message }: Machine): string | undefined {
  if (phase === before.phase && message === before.message) return undefined
  if (stage === 'waiting') return phase === 'Refused' ? phase : undefined
  if (stage === before.stage) return undefined
  if (stage === 'over') return phase
  return stage === 'left-over' && before.undoAttempts === 0 ? 'Failed' : undefined
}
