import { describe, expect, test } from 'vitest'
import { recipeFor } from './recipes.ts'
import { order, setting } from './setting.ts'

describe('applying', () => {
  test('writes the undo journal before the first step', async () => {
    const { agent, executor, entries, clock } = setting()
    const recipe = recipeFor('e1f1', 'pod-failure')
    const written: number[] = []
    executor.before = () => void written.push(entries.length)
    const at = clock.now()
    const { outcomes, expiresAtMs } = await clock.until(agent.apply(order('e1f1', recipe, 5_000)))
    expect(written).toEqual([1, 1])
    expect(entries).toEqual([
      { entry: 'fault', at, id: 'e1f1', what: 'fault e1f1', undo: recipe.undo, expiresAt: at + 5_000 },
    ])
    expect(expiresAtMs).toBe(at + 5_000)
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true])
    expect([...executor.replicas.values()].filter(({ held }) => held)).toHaveLength(2)
  })

  test('touches nothing when the journal cannot be written', async () => {
    const { executor, clock } = setting()
    const { createAgent } = await import('../../src/agent/agent.ts')
    const agent = createAgent({
      executor,
      clock,
      replicasOf: () => undefined,
      onDeadline: () => undefined,
      ledger: {
        write: () => {
          throw new Error('the disk is full')
        },
      },
    })
    await expect(agent.apply(order('e1f1', recipeFor('e1f1', 'pod-failure')))).rejects.toThrow('the disk is full')
    expect(executor.done).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('says which targets could not be hurt, and still undoes them all', async () => {
    const { agent, executor, clock } = setting()
    const before = executor.state()
    executor.before = (action) => {
      if (action.do === 'hold' && action.replica === 'api-2') throw new Error('no such process')
    }
    const { outcomes } = await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'pod-failure'))))
    expect(outcomes).toMatchObject([
      { ok: true, detail: '' },
      { ok: false, detail: 'holding api-2 down: no such process' },
    ])
    const end = await clock.until(agent.end('e1f1'))
    expect(end).toMatchObject({ by: 'request', leftovers: [] })
    expect(executor.state()).toEqual(before)
  })

  test('gives up an action that hangs, and brings things in order when it comes true after all', async () => {
    const { agent, executor, clock } = setting()
    const before = executor.state()
    const late = Promise.withResolvers<void>()
    executor.before = (action) => (action.do === 'hold' && action.replica === 'api-1' ? late.promise : undefined)
    const { outcomes } = await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'pod-failure'))))
    expect(outcomes[0]).toMatchObject({
      ok: false,
      detail: 'holding api-1 down: it did not end within 15000 ms',
    })
    expect(await clock.until(agent.end('e1f1'))).toMatchObject({ leftovers: [] })
    late.resolve()
    await clock.advance(1_000)
    expect(executor.done.map((action) => action.do).slice(-2)).toEqual(['hold', 'release'])
    expect(executor.state()).toEqual(before)
  })

  test('refuses an id that was used before', async () => {
    const { agent, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'pod-kill'))))
    await expect(agent.apply(order('e1f1', recipeFor('e1f1', 'pod-kill')))).rejects.toMatchObject({ code: 'ENGINE' })
    await expect(agent.end('e9f9')).rejects.toMatchObject({ code: 'ENGINE' })
  })
})

describe('ending', () => {
  test('undoes in reverse order, once, and writes that it is gone', async () => {
    const { agent, executor, entries, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'network-partition'))))
    const end = await clock.until(agent.end('e1f1'))
    expect(await clock.until(agent.end('e1f1'))).toEqual(end)
    expect(executor.done.filter((action) => action.do === 'remove-link-rule').map(({ id }) => id)).toEqual([
      'e1f1-out',
      'e1f1-in',
    ])
    expect(entries.map(({ entry }) => entry)).toEqual(['fault', 'gone'])
    expect(clock.pending).toBe(0)
  })

  test('happens at the deadline with nobody asking', async () => {
    const { agent, executor, entries, deadlines, clock } = setting()
    const before = executor.state()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'network-delay', { latency: '1s' }), 5_000)))
    await clock.advance(4_999)
    expect(executor.rules.size).toBe(2)
    await clock.advance(1)
    expect(executor.state()).toEqual(before)
    expect(deadlines).toMatchObject([{ id: 'e1f1', end: { by: 'deadline', leftovers: [] } }])
    expect(entries.at(-1)).toMatchObject({ entry: 'gone', id: 'e1f1' })
    expect(await agent.end('e1f1')).toMatchObject({ by: 'deadline' })
    expect(deadlines).toHaveLength(1)
  })

  test('that comes before the last step is applied leaves that step undone', async () => {
    const { agent, executor, clock } = setting()
    const before = executor.state()
    const gate = Promise.withResolvers<void>()
    executor.before = (action) => (action.do === 'hold' ? gate.promise : undefined)
    const recipe = { ...recipeFor('e1f1', 'pod-failure', {}, ['api-1']) }
    const paused = recipeFor('e1f1', 'process-pause', {}, ['api-2'])
    const both = { ...recipe, apply: [...recipe.apply, ...paused.apply], undo: [...recipe.undo, ...paused.undo] }
    const applied = agent.apply(order('e1f1', both))
    await clock.advance(1)
    const ended = agent.end('e1f1')
    gate.resolve()
    expect((await clock.until(applied)).outcomes).toMatchObject([
      { ok: true },
      { ok: false, detail: 'SIGSTOP to api-2: the fault was ended before' },
    ])
    await clock.until(ended)
    expect(executor.done.some((action) => action.do === 'signal' && action.signal === 'SIGSTOP')).toBe(false)
    expect(executor.state()).toEqual(before)
  })

  test('tries again what fails', async () => {
    const { agent, executor, clock } = setting()
    const before = executor.state()
    let failures = 2
    executor.before = (action) => {
      if (action.do === 'stop-stress' && failures-- > 0) throw new Error('busy')
    }
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'cpu-stress'))))
    expect(await clock.until(agent.end('e1f1'))).toMatchObject({ leftovers: [] })
    expect(executor.state()).toEqual(before)
  })

  test('names what it could not undo, and does not write that it is gone', async () => {
    const { agent, executor, entries, clock } = setting()
    executor.before = (action) => {
      if (action.do === 'remove-link-rule' && action.id === 'e1f1-in') throw new Error('the link does not listen')
    }
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'network-partition'))))
    const { leftovers } = await clock.until(agent.end('e1f1'))
    expect(leftovers).toMatchObject([
      { what: 'rule e1f1-in', why: 'it is still in force', remedy: expect.stringContaining('seaworthy cleanup') },
    ])
    expect(entries.map(({ entry }) => entry)).toEqual(['fault'])
    executor.before = () => undefined
    expect(await clock.until(agent.endAll())).toEqual([])
    expect(executor.rules.size).toBe(0)
    expect(await clock.until(agent.endAll())).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['pod-failure', {}, 'release', 'api-1 held down', 'it does not run'],
    ['process-pause', {}, 'signal', 'api-1 stopped', 'it is still stopped'],
    ['scale', { to: 1 }, 'scale', 'the number of replicas of api', '1 of 2 run'],
    ['cpu-stress', {}, 'stop-stress', 'stress e1f1', 'its workers still run'],
    ['connection-exhaust', { connections: 3 }, 'close-connections', 'connections e1f1', 'some are still open'],
  ] as const)('of %s does not believe an undo that says it is done', async (type, given, kind, what, why) => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', type, given))))
    executor.ignore = (action) => action.do === kind
    const { leftovers } = await clock.until(agent.end('e1f1'))
    expect(leftovers[0]).toMatchObject({ what, why })
  })

  test('does not believe what cannot be looked at', async () => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'cpu-stress'))))
    executor.see = () => {
      throw new Error('the machine does not answer')
    }
    const { leftovers } = await clock.until(agent.end('e1f1'))
    expect(leftovers).toMatchObject([{ why: 'it could not be looked at: the machine does not answer' }])
  })

  test('believes what is seen over an undo that finds nothing to do', async () => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'process-pause', {}, ['api-1']))))
    executor.before = (action) => {
      if (action.do === 'signal' && action.signal === 'SIGCONT') throw new Error('no such process')
    }
    executor.see = (reading) =>
      reading.probe === 'replica-state'
        ? { ...reading, replicas: reading.replicas.map((replica) => ({ ...replica, pid: undefined, state: 'gone' })) }
        : reading
    expect(await clock.until(agent.end('e1f1'))).toMatchObject({ leftovers: [] })
  })

  test('of all comes newest first, and one that cannot be ended does not keep the others on', async () => {
    const { agent, executor, clock } = setting()
    for (const [id, type] of [
      ['e1f1', 'pod-failure'],
      ['e1f2', 'cpu-stress'],
      ['e1f3', 'network-partition'],
    ] as const) {
      await clock.until(agent.apply(order(id, recipeFor(id, type))))
    }
    executor.before = (action) => {
      if (action.do === 'stop-stress') throw new Error('stuck')
    }
    const leftovers = await clock.until(agent.endAll())
    expect(leftovers.map(({ what }) => what)).toEqual(['stress e1f2'])
    expect(executor.rules.size).toBe(0)
    expect([...executor.replicas.values()].every(({ held }) => !held)).toBe(true)
    expect(clock.pending).toBe(0)
  })
})

describe('lifting', () => {
  test('takes a fault away and puts it back, and the deadline goes on', async () => {
    const { agent, executor, deadlines, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'network-partition'), 10_000)))
    await clock.until(agent.pause('e1f1'))
    await clock.until(agent.pause('e1f1'))
    expect(executor.rules.size).toBe(0)
    expect((await clock.until(agent.resume('e1f1'))).map(({ ok }) => ok)).toEqual([true, true])
    expect(await clock.until(agent.resume('e1f1'))).toEqual([])
    expect(executor.rules.size).toBe(2)
    await clock.advance(10_000)
    expect(deadlines).toHaveLength(1)
    expect(executor.rules.size).toBe(0)
  })

  test('does not repeat a kill', async () => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'pod-kill'))))
    await clock.until(agent.pause('e1f1'))
    expect(await clock.until(agent.resume('e1f1'))).toEqual([])
    expect(executor.done.filter((action) => action.do === 'signal')).toHaveLength(2)
  })

  test('cannot put back what has ended meanwhile', async () => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'network-partition'), 1_000)))
    await clock.until(agent.pause('e1f1'))
    await clock.advance(1_000)
    await expect(clock.until(agent.resume('e1f1'))).rejects.toMatchObject({
      code: 'ENGINE',
      remedy: expect.stringContaining('shorter'),
    })
    expect(executor.rules.size).toBe(0)
  })

  test('fails where the fault stays on', async () => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('e1f1', recipeFor('e1f1', 'network-partition'))))
    executor.ignore = (action) => action.do === 'remove-link-rule'
    await expect(clock.until(agent.pause('e1f1'))).rejects.toThrow('could not be lifted: it is still in force')
  })
})

describe('faults over each other', () => {
  test('two scales: the one that is left has its number, in whichever order they end', async () => {
    for (const [first, second, left] of [
      ['a', 'b', 5],
      ['b', 'a', 1],
    ] as const) {
      const { agent, executor, clock } = setting()
      await clock.until(agent.apply(order('a', recipeFor('a', 'scale', { to: 1 }))))
      await clock.until(agent.apply(order('b', recipeFor('b', 'scale', { to: 5 }))))
      expect(executor.counts.get('api')).toBe(5)
      expect(await clock.until(agent.end(first))).toMatchObject({ leftovers: [] })
      expect(executor.counts.get('api')).toBe(left)
      expect(await clock.until(agent.end(second))).toMatchObject({ leftovers: [] })
      expect(executor.counts.get('api')).toBe(2)
    }
  })

  test('two that hold one replica: it comes up with the last', async () => {
    const { agent, executor, clock } = setting()
    for (const id of ['a', 'b']) await clock.until(agent.apply(order(id, recipeFor(id, 'pod-failure', {}, ['api-1']))))
    await clock.until(agent.end('a'))
    expect(executor.replicas.get('api-1')?.held).toBe(true)
    await clock.until(agent.end('b'))
    expect(executor.replicas.get('api-1')?.held).toBe(false)
  })

  test('two that stop different processes of one replica are two', async () => {
    const { agent, executor, clock } = setting()
    await clock.until(agent.apply(order('a', recipeFor('a', 'process-pause', { process: 'x' }, ['api-1']))))
    await clock.until(agent.apply(order('b', recipeFor('b', 'process-pause', { process: 'y' }, ['api-1']))))
    await clock.until(agent.end('a'))
    expect(executor.done.filter((action) => action.do === 'signal' && action.signal === 'SIGCONT')).toMatchObject([
      { process: 'x' },
    ])
  })
})
