import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ADOPTED_MACHINE,
  type Effect,
  type Machine,
  type MachineEvent,
  NEW_MACHINE,
  step,
  type Wish,
} from '../../../src/daemon/faults/machine.ts'
import type { Refusal } from '../../../src/daemon/faults/refusal.ts'

const REFUSAL: Refusal = { reason: 'NotAllowed', message: 'it is not allowed', remedy: undefined }

/** What happens to a daemon from outside; `finish` lets the effect under way end, well or badly. */
type Happening =
  | { readonly what: 'wish'; readonly wish: Wish; readonly refused: boolean; readonly forbidden: boolean }
  | { readonly what: 'finish'; readonly outcome: 'well' | 'badly' | 'half' }
  | { readonly what: 'deadline' | 'gone' | 'helper-exited' | 'container-replaced' | 'shutdown' | 'crash' }

const wish = fc.constantFrom<Wish>(
  { wish: 'prepare' },
  { wish: 'inject' },
  { wish: 'inject' },
  { wish: 'end', reason: 'request' },
)

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('wish' as const), wish, refused: fc.boolean(), forbidden: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('wish' as const),
      wish,
      refused: fc.constant(false),
      forbidden: fc.constant(false),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('finish' as const),
      outcome: fc.constantFrom('well', 'well', 'well', 'badly', 'half'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('deadline', 'gone', 'helper-exited', 'container-replaced', 'shutdown', 'crash'),
    }),
  },
)

/** A node on which a machine's effects are done, with what a kernel and a disk would keep over a crash of the daemon. */
class Node {
  machine: Machine = NEW_MACHINE
  underWay: Effect[] = []
  /** An entry on the disk says how to undo it. */
  journalled = false
  /** Something of the fault may be in the kernel. */
  on = false
  appliedUnjournalled = false
  appliedUnchecked = false
  mostUnderWay = 0
  undos = 0

  dispatch(event: MachineEvent): void {
    const { machine, effects } = step(this.machine, event)
    this.machine = machine
    for (const effect of effects) {
      // What is only scheduled or written after the end is not work on the target.
      if (effect === 'close') this.journalled = false
      else if (effect !== 'retry-later') this.underWay.push(effect)
      if (effect === 'apply') this.#beginApply()
    }
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay.length)
  }

  #beginApply(): void {
    this.appliedUnjournalled ||= !this.journalled
    // An earlier container had every check passed; its successor gets what is allowed to be on.
    this.appliedUnchecked ||= this.machine.refusal !== undefined && !this.on
    this.on = true
  }

  finish(outcome: 'well' | 'badly' | 'half'): void {
    const effect = this.underWay.shift()
    if (effect === undefined) {
      if (this.machine.stage === 'left-over') this.dispatch({ event: 'retry' })
      return
    }
    if (effect === 'prepare') this.dispatch(prepared(outcome))
    if (effect === 'journal') {
      if (outcome === 'well') this.journalled = true
      this.dispatch(outcome === 'well' ? { event: 'journalled' } : { event: 'journal-failed', message: 'no room' })
    }
    if (effect === 'apply') {
      this.dispatch(outcome === 'well' ? { event: 'applied' } : { event: 'apply-failed', message: 'no such table' })
    }
    if (effect === 'undo') {
      this.undos += 1
      if (outcome === 'well') this.on = false
      this.dispatch({ event: 'undone', leftovers: outcome === 'well' ? [] : ['table sw'] })
    }
  }

  /** The daemon is killed: the disk and the kernel stay, and the next one reads the journal. */
  crash(): void {
    this.underWay = []
    this.machine = this.journalled ? ADOPTED_MACHINE : NEW_MACHINE
  }

  happen(one: Happening): void {
    if (one.what === 'finish') this.finish(one.outcome)
    else if (one.what === 'wish') {
      const forbidden = one.forbidden ? REFUSAL : undefined
      this.dispatch({ event: 'wished', wish: one.wish, refusal: one.refused ? REFUSAL : forbidden, forbidden })
    } else if (one.what === 'crash') this.crash()
    else
      this.dispatch(
        one.what === 'gone' || one.what === 'helper-exited' ? { event: one.what, message: 'x' } : { event: one.what },
      )
  }

  /** All that is under way ends well, until nothing is. */
  settle(): void {
    for (let guard = 0; guard < 50; guard++) {
      if (this.underWay.length === 0 && this.machine.stage !== 'left-over') return
      this.finish('well')
    }
    throw new Error('it never settles')
  }
}

function prepared(outcome: 'well' | 'badly' | 'half'): MachineEvent {
  if (outcome === 'well') return { event: 'prepared' }
  return outcome === 'badly' ? { event: 'not-prepared', refusal: REFUSAL } : { event: 'not-yet', message: 'wait' }
}

const happenings = fc.array(happening, { maxLength: 40 })

function nodeAfter(all: readonly Happening[]): Node {
  const node = new Node()
  for (const one of all) node.happen(one)
  return node
}

describe('whatever happens to a fault on a target, in whatever order, with crashes in between', () => {
  test('nothing is applied that the journal does not say how to undo', () => {
    fc.assert(
      fc.property(happenings, (all) => !nodeAfter(all).appliedUnjournalled),
      { numRuns: 3_000 },
    )
  })

  test('nothing is applied that a check refuses', () => {
    fc.assert(
      fc.property(happenings, (all) => !nodeAfter(all).appliedUnchecked),
      { numRuns: 3_000 },
    )
  })

  test('what is on is in the journal, unless it is being undone', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const node = nodeAfter(all)
        return !node.on || node.journalled || node.underWay.includes('undo')
      }),
      { numRuns: 3_000 },
    )
  })

  test('one thing at a time is done to the target', () => {
    fc.assert(
      fc.property(happenings, (all) => nodeAfter(all).mostUnderWay <= 1),
      { numRuns: 3_000 },
    )
  })

  test('once it is asked to end, nothing of it is left', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const node = nodeAfter(all)
        node.dispatch({
          event: 'wished',
          wish: { wish: 'end', reason: 'request' },
          refusal: undefined,
          forbidden: undefined,
        })
        node.settle()
        expect({ on: node.on, stage: node.machine.stage }).toEqual({ on: false, stage: 'over' })
      }),
      { numRuns: 3_000 },
    )
  })

  test.each(['deadline', 'shutdown'] as const)('after a %s nothing of it is left', (what) => {
    fc.assert(
      fc.property(happenings, (all) => {
        const node = nodeAfter(all)
        node.dispatch({ event: what })
        // Only what began before has a deadline: something new may begin after it.
        const begun = node.journalled || node.machine.stage === 'journalling'
        node.settle()
        if (begun || what === 'shutdown') expect(node.on).toBe(false)
      }),
      { numRuns: 3_000 },
    )
  })

  test('what was injected says so only while it is on', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const node = nodeAfter(all)
        if (node.machine.stage === 'on') expect(node.on).toBe(true)
        if (node.machine.stage === 'over') expect(node.machine.phase).not.toBe('Injected')
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('a fault that is refused', () => {
  const asked = (refused: boolean, isLate = false): MachineEvent => ({
    event: 'wished',
    wish: { wish: 'inject' },
    refusal: refused ? REFUSAL : undefined,
    forbidden: undefined,
    isLate,
  })

  test.each(['prepare', 'inject'] as const)('when it was to %s is on as soon as nothing stands in its way', (wish) => {
    const node = new Node()
    node.happen({ what: 'wish', wish: { wish }, refused: true, forbidden: false })
    expect(node.machine).toMatchObject({ stage: 'waiting', phase: 'Refused', message: 'it is not allowed' })
    node.dispatch(asked(false))
    node.settle()
    expect(node.machine).toMatchObject({ stage: 'on', phase: 'Injected', message: undefined })
  })

  test('by a close look is looked at again', () => {
    const node = new Node()
    node.dispatch(asked(false))
    node.finish('badly')
    expect(node.machine).toMatchObject({ stage: 'waiting', phase: 'Refused' })
    node.dispatch(asked(false))
    node.finish('half')
    expect(node.machine).toMatchObject({ stage: 'waiting', phase: undefined, message: 'wait' })
    node.dispatch(asked(false))
    node.settle()
    expect(node.machine).toMatchObject({ stage: 'on', phase: 'Injected' })
  })

  test.each([true, false])('stays so when its time to begin is over, refused then or not: %s', (still) => {
    const node = new Node()
    node.dispatch(asked(true))
    node.dispatch(asked(still, true))
    node.dispatch(asked(false))
    node.settle()
    expect(node.machine).toMatchObject({ stage: 'over', phase: 'Refused', message: 'it is not allowed' })
  })

  test('still says so when it is ended', () => {
    const node = new Node()
    node.dispatch(asked(true))
    node.happen({ what: 'wish', wish: { wish: 'end', reason: 'request' }, refused: true, forbidden: false })
    expect(node.machine).toMatchObject({ stage: 'over', phase: 'Refused', message: 'it is not allowed' })
  })
})

test('an injection that fails is undone and says why', () => {
  const node = new Node()
  node.happen({ what: 'wish', wish: { wish: 'inject' }, refused: false, forbidden: false })
  node.finish('well')
  node.finish('well')
  node.finish('badly')
  expect(node.underWay).toEqual(['undo'])
  node.settle()
  expect(node.machine).toMatchObject({ stage: 'over', phase: 'Failed', message: 'no such table' })
})

test('what cannot be undone is named, tried again, and over when it could be', () => {
  const node = new Node()
  node.happen({ what: 'wish', wish: { wish: 'inject' }, refused: false, forbidden: false })
  node.settle()
  node.dispatch({ event: 'deadline' })
  node.finish('badly')
  expect(node.machine).toMatchObject({ stage: 'left-over', phase: 'Failed' })
  expect(node.machine.message).toContain('table sw')
  node.settle()
  expect(node.machine).toMatchObject({ stage: 'over', phase: 'Recovered', end: { reason: 'deadline' } })
  expect(node.undos).toBe(2)
})

test('permission that is taken away ends what is on', () => {
  const node = new Node()
  node.happen({ what: 'wish', wish: { wish: 'inject' }, refused: false, forbidden: false })
  node.settle()
  node.happen({ what: 'wish', wish: { wish: 'inject' }, refused: true, forbidden: true })
  node.settle()
  expect(node.machine).toMatchObject({ phase: 'Recovered', end: { reason: 'cleanup' }, message: 'it is not allowed' })
})

test('a daemon that stops ends what is on, and leaves what was only prepared to the next', () => {
  const node = new Node()
  node.happen({ what: 'wish', wish: { wish: 'prepare' }, refused: false, forbidden: false })
  node.settle()
  node.dispatch({ event: 'shutdown' })
  expect(node.machine.stage).toBe('prepared')
})

describe('a fault whose time is over while it is still being put on', () => {
  const onTheWay = (...events: readonly MachineEvent[]): Machine =>
    events.reduce((machine, event) => step(machine, event).machine, NEW_MACHINE)
  const asked: MachineEvent = { event: 'wished', wish: { wish: 'inject' }, refusal: undefined, forbidden: undefined }
  const applying = [asked, { event: 'prepared' }, { event: 'journalled' }] as const

  test('has failed where it could not be done, in the words of what went wrong', () => {
    const over = onTheWay(
      ...applying,
      { event: 'deadline' },
      { event: 'apply-failed', message: 'no such process' },
      { event: 'undone', leftovers: [] },
    )
    expect(over).toMatchObject({ stage: 'over', phase: 'Failed', message: 'no such process' })
  })

  test('has failed where it was never begun', () => {
    const over = onTheWay(asked, { event: 'prepared' }, { event: 'deadline' }, { event: 'journalled' })
    expect(over).toMatchObject({ stage: 'over', phase: 'Failed', message: 'its time was over before it was on' })
  })

  test('has not failed where it was done', () => {
    const over = onTheWay(...applying, { event: 'deadline' }, { event: 'applied' }, { event: 'undone', leftovers: [] })
    expect(over).toMatchObject({ stage: 'over', phase: 'Recovered' })
  })
})
