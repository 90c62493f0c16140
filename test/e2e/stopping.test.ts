import { describe, expect, it } from 'vitest'
import { events, gate, processesOf, seaworthy, start, until, type Workplace, workplace } from './gate.ts'
import { service, suiteOf, users } from './suite-of.ts'

const LONG = { warmup: '200ms', baseline: '800ms', fault: '60s', recovery: '800ms' }
/** Several runs at once on a small machine: none of them may find its preview unhealthy before its fault. */
const GENTLE = users({ rate: '20/s', timeout: '10s' })
const target = { workload: 'web', mode: 'one' }
const all = { workload: 'web', mode: 'all' }

/** Every fault type, with parameters under which it is on when it is looked at. */
const FAULTS = [
  { type: 'pod-kill', target },
  { type: 'pod-failure', target },
  { type: 'process-kill', target, process: 'hello.mjs' },
  { type: 'process-pause', target },
  { type: 'scale', target: all, to: 3 },
  { type: 'network-partition', target: all },
  { type: 'network-delay', target: all, latency: '50ms' },
  { type: 'network-bandwidth', target: all, rate: '1mbit' },
  { type: 'connection-exhaust', target, connections: 50 },
  { type: 'http-abort', target: all, status: 503 },
  { type: 'http-delay', target: all, latency: '50ms' },
  { type: 'http-replace', target: all, body: 'other' },
  { type: 'cpu-stress', target, workers: 1 },
  { type: 'memory-stress', target, size: '32MiB' },
]

async function startAndInject(fault: object): Promise<{ place: Workplace; running: ReturnType<typeof start> }> {
  const place = workplace(
    suiteOf([{ name: 'long', fault }], { windows: LONG, traffic: GENTLE, system: { services: { web: service() } } }),
  )
  const running = start(place, ['run', place.suite, '--report-dir', place.reports, '--seed', '7'])
  const ended = running.finished.then((finished) => {
    throw new Error(`it ended before the fault was on: ${finished.stderr}`)
  })
  await Promise.race([until(() => events(place).some(({ event }) => event === 'fault.injected')), ended])
  ended.catch(() => undefined)
  return { place, running }
}

// Nothing is measured here, so these may share the machine.
describe('SIGKILL while a fault is on leaves nothing', () => {
  it.concurrent.each(FAULTS.map((fault) => [fault.type, fault] as const))('%s', async (_, fault) => {
    const { place, running } = await startAndInject(fault)
    expect(processesOf(place).length).toBeGreaterThan(2)
    running.child.kill('SIGKILL')
    await running.finished
    await until(() => processesOf(place).length === 0)
    const cleanup = await seaworthy(place, 'cleanup')
    expect(cleanup).toMatchObject({ exitCode: 0, stdout: 'nothing to do\n' })
  })
})

describe('a run that is asked to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends its faults, says aborted, and exits with %i', async (signal, code) => {
    const { place, running } = await startAndInject({ type: 'network-partition', target: all })
    running.child.kill(signal)
    const { exitCode, stderr } = await running.finished
    expect(exitCode, stderr).toBe(code)
    expect(events(place).map(({ event }) => event)).toEqual(
      expect.arrayContaining(['fault.recovered', 'cleaned', 'verdict']),
    )
    expect(events(place).find(({ event }) => event === 'verdict')).toMatchObject({ verdict: 'aborted' })
    expect(processesOf(place)).toEqual([])
    expect(await seaworthy(place, 'cleanup')).toMatchObject({ exitCode: 0, stdout: 'nothing to do\n' })
  })

  it('before its first service is up', async () => {
    const place = workplace(
      suiteOf([{ name: 'x', fault: { type: 'pod-kill', target } }], {
        system: { services: { web: { command: 'sleep 1000', ready: { tcp: {} } } } },
      }),
    )
    const running = start(place, ['run', place.suite, '--report-dir', place.reports])
    await until(() => events(place).some(({ event }) => event === 'phase.started'))
    running.child.kill('SIGINT')
    expect((await running.finished).exitCode).toBe(130)
    await until(() => processesOf(place).length === 0)
  })
})

describe('cleanup', () => {
  it('leaves a run alone that is still going on', async () => {
    const { place, running } = await startAndInject({ type: 'http-abort', target: all, status: 503 })
    const cleanup = await seaworthy(place, 'cleanup')
    expect(cleanup.stdout).toContain('still running')
    expect(processesOf(place).length).toBeGreaterThan(2)
    running.child.kill('SIGINT')
    await running.finished
  })

  it('has nothing to do after a run that ended', async () => {
    const place = workplace(suiteOf([{ name: 'x', fault: { type: 'pod-kill', target } }]))
    await gate(place)
    expect(await seaworthy(place, 'cleanup')).toMatchObject({ exitCode: 0, stdout: 'nothing to do\n' })
  })
})
