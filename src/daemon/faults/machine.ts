import type { END_REASONS, TARGET_PHASES } from '../../model/cluster/fault-object.ts'
import { type Refusal, spokenRefusal } from './refusal.ts'

/**
 * One fault on one target, as a pure machine: what happened → what to do next. Whoever runs it does the effects and tells
 * their outcome as events. These hold for any order of events (test/daemon/core/machine.test.ts):
 * nothing is applied without a synced journal entry and without every check passed at that moment; what may have been
 * applied is undone before the machine is over; only one effect of a machine is under way at a time.
 */
type EndReason = (typeof END_REASONS)[number]
type Phase = (typeof TARGET_PHASES)[number]

export type Wish = { readonly wish: 'prepare' | 'inject' } | { readonly wish: 'end'; readonly reason: EndReason }

type Stage =
  /** Nothing is done: not asked for yet, waiting for the pod, or refused for now. */
  | 'waiting'
  | 'preparing'
  | 'prepared'
  | 'journalling'
  | 'applying'
  | 'on'
  | 'undoing'
  /** Undone, and something is still there: tried again. */
  | 'left-over'
  | 'over'

interface Ending {
  readonly phase: 'Recovered' | 'Failed' | 'Gone'
  readonly reason: EndReason | undefined
  readonly message: string | undefined
}

export interface Machine {
  readonly stage: Stage
  readonly wish: Wish
  /** Of the latest look at the cluster: why it must not be injected. */
  readonly refusal: Refusal | undefined
  /** Of the latest look: why it must not stay either. */
  readonly forbidden: Refusal | undefined
  /** The time in which it may begin is over: a refusal is for good. */
  readonly isLate: boolean
  /** An entry in the journal says what to undo. */
  readonly journalled: boolean
  /** Something may have been applied that was not undone since. */
  readonly touched: boolean
  /** Why it must end; the first reason stays. */
  readonly end: Ending | undefined
  readonly phase: Phase | undefined
  readonly message: string | undefined
  readonly undoAttempts: number
}

export type MachineEvent =
  | {
      readonly event: 'wished'
      readonly wish: Wish
      readonly refusal: Refusal | undefined
      readonly forbidden: Refusal | undefined
      readonly isLate?: boolean
    }
  /** The pod cannot be worked on yet; asked again when it changes. */
  | { readonly event: 'not-yet'; readonly message: string }
  | { readonly event: 'prepared' }
  | { readonly event: 'not-prepared'; readonly refusal: Refusal }
  | { readonly event: 'journalled' }
  | { readonly event: 'journal-failed'; readonly message: string }
  | { readonly event: 'applied' }
  | { readonly event: 'apply-failed'; readonly message: string }
  | { readonly event: 'deadline' }
  | { readonly event: 'gone'; readonly message: string }
  | { readonly event: 'helper-exited'; readonly message: string }
  | { readonly event: 'container-replaced' }
  | { readonly event: 'undone'; readonly leftovers: readonly string[] }
  | { readonly event: 'retry' }
  /** The daemon stops: what is on is ended, what is not on is left to the next daemon. */
  | { readonly event: 'shutdown' }

export type Effect = 'prepare' | 'journal' | 'apply' | 'undo' | 'close' | 'retry-later'

export interface Step {
  readonly machine: Machine
  readonly effects: readonly Effect[]
}

export const NEW_MACHINE: Machine = {
  stage: 'waiting',
  wish: { wish: 'prepare' },
  refusal: undefined,
  forbidden: undefined,
  isLate: false,
  journalled: false,
  touched: false,
  end: undefined,
  phase: undefined,
  message: undefined,
  undoAttempts: 0,
}

/** A machine as a journal left it: on, as far as anybody knows, or in the middle of being put on. */
export const ADOPTED_MACHINE: Machine = {
  ...NEW_MACHINE,
  stage: 'on',
  wish: { wish: 'inject' },
  journalled: true,
  touched: true,
  phase: 'Injected',
}

/** What comes of an event. An event that says nothing in this stage changes nothing. */
export function step(machine: Machine, event: MachineEvent): Step {
  switch (event.event) {
    case 'wished':
      return wished({
        ...machine,
        wish: event.wish,
        refusal: event.refusal,
        forbidden: event.forbidden,
        isLate: event.isLate ?? false,
      })
    case 'not-yet':
      return machine.stage === 'preparing' ? notYet(machine, event.message) : stay(machine)
    case 'prepared':
      return machine.stage === 'preparing' ? afterPreparing(machine) : stay(machine)
    case 'not-prepared':
      return machine.stage === 'preparing' ? notPrepared(machine, event.refusal) : stay(machine)
    case 'journalled':
      return machine.stage === 'journalling' ? afterJournal(machine) : stay(machine)
    case 'journal-failed':
      return machine.stage === 'journalling' ? finish(ending(machine, failed(event.message))) : stay(machine)
    case 'applied':
      return machine.stage === 'applying' ? afterApply(machine) : stay(machine)
    case 'apply-failed':
      return machine.stage === 'applying' ? finish(spoilt(machine, event.message)) : stay(machine)
    case 'container-replaced':
      return machine.stage === 'on' ? go(machine, 'preparing', 'prepare') : stay(machine)
    case 'undone':
      return machine.stage === 'undoing' ? afterUndo(machine, event.leftovers) : stay(machine)
    case 'retry':
      return machine.stage === 'left-over' ? go(machine, 'undoing', 'undo') : stay(machine)
    default:
      return ends(machine, event)
  }
}

type EndEvent = Extract<MachineEvent, { readonly event: 'deadline' | 'gone' | 'helper-exited' | 'shutdown' }>

function ends(machine: Machine, event: EndEvent): Step {
  const begun = machine.journalled || machine.stage === 'journalling'
  if (begun || event.event === 'gone') return mustEnd(machine, endOf(event))
  // What was not begun has no deadline and no helper, and a daemon that stops leaves it to the next one.
  return stay(event.event === 'shutdown' ? { ...machine, wish: { wish: 'prepare' } } : machine)
}

function endOf(event: EndEvent): Ending {
  switch (event.event) {
    case 'deadline':
      return { phase: 'Recovered', reason: 'deadline', message: undefined }
    case 'shutdown':
      return { phase: 'Recovered', reason: 'cleanup', message: 'the daemon of this node was stopped' }
    case 'gone':
      return { phase: 'Gone', reason: undefined, message: event.message }
    case 'helper-exited':
      return failed(event.message)
  }
}

function failed(message: string): Ending {
  return { phase: 'Failed', reason: undefined, message }
}

/** Nothing can be stopped in the middle: an effect under way is waited for, and then the end is seen to. */
function mustEnd(machine: Machine, end: Ending): Step {
  if (machine.stage === 'over' || machine.stage === 'undoing' || machine.stage === 'left-over') return stay(machine)
  const ended = ending(machine, end)
  return isBusy(machine) ? stay(ended) : finish(ended)
}

function isBusy({ stage }: Machine): boolean {
  return stage === 'preparing' || stage === 'journalling' || stage === 'applying' || stage === 'undoing'
}

function ending(machine: Machine, end: Ending): Machine {
  return machine.end ? machine : { ...machine, end }
}

/** What could not be done and was never on has failed, whatever else would have ended it meanwhile. */
function spoilt(machine: Machine, message: string): Machine {
  if (machine.end && (machine.end.phase === 'Gone' || machine.phase === 'Injected')) return machine
  return { ...machine, end: { ...failed(message), reason: machine.end?.reason } }
}

/** Undoes what may be there, else is over at once. */
function finish(machine: Machine): Step {
  if (machine.touched) return go(machine, 'undoing', 'undo')
  const end = machine.end
  if (machine.phase === 'Refused' && end?.phase === 'Recovered') return over(machine, 'Refused', machine.message)
  if (end?.reason === 'deadline') return over(machine, 'Failed', 'its time was over before it was on')
  return over(machine, end?.phase ?? 'Recovered', end?.message)
}

function over(machine: Machine, phase: Phase, message: string | undefined): Step {
  return {
    machine: { ...machine, stage: 'over', journalled: false, touched: false, phase, message },
    effects: ['close'],
  }
}

function stay(machine: Machine): Step {
  return { machine, effects: [] }
}

function go(machine: Machine, stage: Stage, ...effects: Effect[]): Step {
  return { machine: { ...machine, stage }, effects }
}

function wished(machine: Machine): Step {
  const end = endFrom(machine)
  if (end) return mustEnd(machine, end)
  if (machine.stage === 'waiting') return fromWaiting(machine)
  if (machine.stage !== 'prepared') return stay(machine)
  if (machine.refusal) return refused(machine, machine.refusal)
  // Looked at again: a container may have been replaced since it was prepared.
  return machine.wish.wish === 'inject' ? go(machine, 'preparing', 'prepare') : stay(machine)
}

/** Why it must end by what is wished, or because it is no longer allowed where it is on. */
function endFrom({ wish, forbidden, touched }: Machine): Ending | undefined {
  if (wish.wish === 'end') return { phase: 'Recovered', reason: wish.reason, message: undefined }
  if (forbidden && touched) return { phase: 'Recovered', reason: 'cleanup', message: spokenRefusal(forbidden) }
  return undefined
}

function fromWaiting(machine: Machine): Step {
  if (machine.isLate && machine.phase === 'Refused') return over(machine, 'Refused', machine.message)
  return machine.refusal ? refused(machine, machine.refusal) : go(machine, 'preparing', 'prepare')
}

/** For now: what stands in the way may go. For good when the time in which it may begin is over. */
function refused(machine: Machine, refusal: Refusal): Step {
  const message = spokenRefusal(refusal)
  if (machine.touched) return finish(ending(machine, failed(message)))
  if (machine.wish.wish === 'inject' && machine.isLate) return over(machine, 'Refused', message)
  return stay({ ...machine, stage: 'waiting', phase: 'Refused', message })
}

function notYet(machine: Machine, message: string): Step {
  const end = machine.end ?? endFrom(machine)
  if (end) return finish(ending(machine, end))
  if (machine.touched) return stay({ ...machine, stage: 'on', message })
  // Whatever refused it before does so no more.
  const phase = machine.phase === 'Refused' ? undefined : machine.phase
  return stay({ ...machine, stage: 'waiting', phase, message })
}

function notPrepared(machine: Machine, refusal: Refusal): Step {
  const end = machine.end ?? endFrom(machine)
  return end ? finish(ending(machine, end)) : refused(machine, refusal)
}

function afterPreparing(machine: Machine): Step {
  const end = machine.end ?? endFrom(machine)
  if (end) return finish(ending(machine, end))
  if (machine.refusal && !machine.touched) return refused(machine, machine.refusal)
  if (machine.wish.wish === 'inject') return go(machine, 'journalling', 'journal')
  return stay({ ...machine, stage: 'prepared', phase: 'Prepared', message: undefined })
}

function afterJournal(before: Machine): Step {
  const machine = { ...before, journalled: true }
  const end = machine.end ?? endFrom(machine)
  if (end) return finish(ending(machine, end))
  if (machine.refusal && !machine.touched) return over(machine, 'Refused', spokenRefusal(machine.refusal))
  return go({ ...machine, touched: true }, 'applying', 'apply')
}

function afterApply(machine: Machine): Step {
  const end = machine.end ?? endFrom(machine)
  if (end) return finish(ending(machine, end))
  return stay({ ...machine, stage: 'on', phase: 'Injected', message: undefined })
}

function afterUndo(machine: Machine, leftovers: readonly string[]): Step {
  if (leftovers.length === 0) return over(machine, machine.end?.phase ?? 'Recovered', machine.end?.message)
  const message = `not all of it could be undone, and it is tried again: ${leftovers.join(', ')}`
  return {
    machine: { ...machine, stage: 'left-over', phase: 'Failed', message, undoAttempts: machine.undoAttempts + 1 },
    effects: ['retry-later'],
  }
}
