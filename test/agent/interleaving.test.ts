import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Action } from '../../src/model/recipe.ts'
import { recipeFor } from './recipes.ts'
import { order, setting } from './setting.ts'

const faults = fc.constantFrom<readonly [string, Readonly<Record<string, unknown>>, string[]]>(
  ['pod-kill', {}, ['api-1']],
  ['pod-kill', { 'grace-period': '3s' }, ['api-1', 'api-2']],
  ['pod-failure', {}, ['api-1']],
  ['pod-failure', {}, ['api-1', 'api-2']],
  ['process-kill', { process: 'x' }, ['api-2']],
  ['process-pause', {}, ['api-1', 'api-2']],
  ['process-pause', {}, ['api-2']],
  ['scale', { to: 1 }, ['api-1', 'api-2']],
  ['scale', { by: 3 }, ['api-1', 'api-2']],
  ['network-partition', {}, ['api-1', 'api-2']],
  ['network-partition', { to: { workload: 'db' } }, ['api-1']],
  ['network-delay', { latency: '1s' }, ['api-1', 'api-2']],
  ['network-bandwidth', { rate: '1kbit' }, ['api-2']],
  ['connection-exhaust', { connections: 5 }, ['api-1', 'api-2']],
  ['http-abort', {}, ['api-1', 'api-2']],
  ['http-delay', { latency: '1s' }, ['api-1', 'api-2']],
  ['http-replace', { body: 'x' }, ['api-1', 'api-2']],
  ['cpu-stress', {}, ['api-1']],
  ['memory-stress', { size: '1MiB' }, ['api-1']],
)

/** What happens to a fault, by its place in the list; `tick` lets time pass. */
const happening = fc.record({
  what: fc.constantFrom('apply', 'pause', 'resume', 'end', 'tick'),
  at: fc.nat({ max: 5 }),
  wait: fc.boolean(),
})

test('in whatever order faults begin, are lifted and end, nothing is left of them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(faults, { minLength: 1, maxLength: 6 }),
      fc.array(happening, { maxLength: 25 }),
      async (chosen, happenings) => {
        const { agent, executor, clock, entries } = setting()
        const before = executor.state()
        const begun = new Set<number>()
        const running: Promise<unknown>[] = []
        for (const { what, at, wait } of happenings) {
          const fault = chosen[at % chosen.length]
          const place = at % chosen.length
          const id = `f${place}`
          if (!fault) continue
          if (what === 'tick') await clock.advance(20_000)
          else if (what === 'apply' && !begun.has(place)) {
            begun.add(place)
            running.push(agent.apply(order(id, recipeFor(id, ...fault), 50_000)))
          } else if (what !== 'apply' && begun.has(place)) {
            // A resume after the deadline is refused, and that is right.
            running.push(agent[what](id).catch((error: unknown) => expect(error).toMatchObject({ code: 'ENGINE' })))
          }
          if (wait) await clock.until(Promise.all(running))
        }
        await clock.until(Promise.all(running))
        expect(await clock.until(agent.endAll())).toEqual([])
        expect(executor.state()).toEqual(before)
        const named = (entry: string) =>
          entries.flatMap((line) => (line.entry === entry && 'id' in line ? [line.id] : [])).sort()
        expect(named('gone')).toEqual(named('fault'))
        expect(clock.pending).toBe(0)
      },
    ),
    { numRuns: 200 },
  )
})

test('with nobody asking, nothing is left after the deadlines, though some actions fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(faults, { minLength: 1, maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      async (chosen, fails) => {
        const { agent, executor, clock } = setting()
        const before = executor.state()
        let asked = 0
        // Never twice in a row the same way: an undo is tried four times.
        executor.before = () => {
          asked++
          if (asked % 2 === 1 && fails[asked % fails.length]) throw new Error('not now')
        }
        await clock.until(
          Promise.all(
            chosen.map((fault, at) => agent.apply(order(`f${at}`, recipeFor(`f${at}`, ...fault), 1_000 * (at + 1)))),
          ),
        )
        await clock.advance(120_000)
        expect(await clock.until(agent.endAll())).toEqual([])
        expect(executor.state()).toEqual(before)
      },
    ),
    { numRuns: 100 },
  )
})

test('an action done twice is an action done once, and an undo without its fault does nothing', async () => {
  await fc.assert(
    fc.asyncProperty(faults, async (fault) => {
      const recipe = recipeFor('f', ...fault)
      const states = async (actions: readonly Action[]) => {
        const { executor } = setting()
        for (const action of actions) await executor.run(action)
        return executor.state()
      }
      const twice = (actions: readonly Action[]) => actions.flatMap((action) => [action, action])
      const undo = recipe.undo.toReversed()
      expect(await states(twice(recipe.apply))).toEqual(await states(recipe.apply))
      expect(await states([...recipe.apply, ...twice(undo)])).toEqual(await states([]))
      expect(await states(undo)).toEqual(await states([]))
    }),
  )
})
