import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import { createFreePorts, isTaken } from '../../../src/platform/process/free-ports.ts'
import { logTail } from '../../../src/platform/process/log-tail.ts'
import { shellCommand } from '../../../src/platform/process/shell-command.ts'
import { createWatch, openLogFile } from '../../../src/platform/process/warden/log-file.ts'
import { HELPER } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-parts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a log is cut at its limit, says so once, and stays cut when it is opened again', () => {
  const path = join(folder, 'logs/a.log')
  for (const _ of [1, 2]) {
    const log = openLogFile(path, 25)
    for (const word of ['0123456789', '0123456789', '0123456789', 'more']) log.write(Buffer.from(word))
    expect(log.isCut()).toBe(true)
    log.close()
  }
  expect(readFileSync(path, 'utf8')).toBe(
    '0123456789012345678901234\n[seaworthy] the log is cut here: it has 25 bytes\n',
  )
})

test('a line is found however the output was cut into chunks, and told once', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 8 })
  fc.assert(
    fc.property(cuts, (places) => {
      const output = Buffer.from('… starting\nünser Dienst ist bereit ✓\nünser Dienst ist bereit ✓\n')
      const edges = [0, ...places.toSorted((a, b) => a - b), output.length]
      let found = 0
      const watch = createWatch('Dienst ist bereit ✓', () => {
        found += 1
      })
      for (const [index, edge] of edges.entries()) watch(output.subarray(edges[index - 1] ?? 0, edge))
      return found === 1
    }),
  )
})

test('what was not printed is not found', () => {
  let found = false
  const watch = createWatch('ready', () => {
    found = true
  })
  for (const chunk of ['rea', 'd y', 'not read', '\ny']) watch(Buffer.from(chunk))
  expect(found).toBe(false)
})

test('the last words of a service are its own, and cannot steer a terminal', () => {
  const path = join(folder, 'b.log')
  writeFileSync(
    path,
    `${'x'.repeat(20_000)}\n[seaworthy] web-1#1 started: pid 1\none\n\n\u001b[2J\u001b[31mtwo\u0007\r\nthree\n[seaworthy] ended\n`,
  )
  expect(logTail(path, 3)).toEqual(['one', 'two', 'three'])
  expect(logTail(join(folder, 'none.log'), 3)).toEqual([])
})

test.each(['node web.mjs', '"$NODE" web.mjs --port "$PORT" > log 2> errors', './run', '  npm start'])(
  '%j takes the place of its shell',
  (command) => {
    expect(shellCommand(command)).toEqual(['/bin/sh', '-c', `exec ${command}`])
  },
)

test.each([
  'a && b',
  'a; b',
  'a | b',
  'a &',
  '(a)',
  'a\nb',
  'a $(b)',
  'a `b`',
  'X=1 a',
  'exec a',
  'exit 1',
  'trap "" HUP',
  'cd x',
  '',
  ': x',
])('%j stays with its shell', (command) => {
  expect(shellCommand(command)).toEqual(['/bin/sh', '-c', command])
})

test('ports are free, and none is given twice', async () => {
  const ports = createFreePorts()
  const taken = await Promise.all(Array.from({ length: 50 }, () => ports.take()))
  expect(new Set(taken).size).toBe(50)
  expect(await isTaken(taken[0] ?? 0)).toBe(false)
})

test('a helper that is not there is a mistake', async () => {
  const [program = '', ...words] = HELPER
  expect(await exec(program, [...words, 'no-such-helper'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no-such-helper'),
  })
})

test('stressors end with their standard input', async () => {
  const [program = '', ...words] = HELPER
  for (const stress of [
    ['stress-cpu', '0.1'],
    ['stress-memory', '1000'],
  ]) {
    const ending = await exec('sh', ['-c', 'exec "$@" < /dev/null', 'sh', program, ...words, ...stress])
    expect(ending).toMatchObject({ exitCode: 0, stdout: 'seaworthy: stress is on\n' })
  }
})
