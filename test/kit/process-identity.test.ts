import { once } from 'node:events'
import { expect, test } from 'vitest'
import { start } from '../../src/kit/exec.ts'
import { identityOf, isAlive, parseStat } from '../../src/kit/process-identity.ts'

test('a running process is alive, and only with its own start time', async () => {
  const child = start('sleep', ['1000'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const identity = identityOf(child.pid ?? 0)
  if (!identity) throw new Error('no identity of a running process')
  expect(isAlive(identity)).toBe(true)
  expect(isAlive({ ...identity, startTime: '1' })).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(identity)).toBe(false)
})

test('a process that ended and was not collected is not alive', async () => {
  // The shell ends its child and then only sleeps: nobody collects it.
  const child = start('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [pid] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  await expect.poll(() => identityOf(Number(String(pid)))).toBeUndefined()
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('nobody has the pid %s', (pid) => {
  expect(identityOf(pid)).toBeUndefined()
})

test('a name with parentheses and spaces does not move the fields', () => {
  const fields = Array.from({ length: 50 }, (_, index) => String(index + 3))
  const stat = parseStat(`42 (a) Z 1 (b) R ${fields.slice(1).join(' ')}`)
  expect(stat).toEqual({
    pid: 42,
    state: 'R',
    parent: 4,
    group: 5,
    startTime: '22',
    cpuTicks: 14 + 15,
    residentPages: 24,
  })
})

test.each(['', 'nonsense', '42 (sleep) S 1'])('%j is no stat line', (line) => {
  expect(parseStat(line)).toBeUndefined()
})
