import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { start } from '../../../src/kit/exec.ts'
import { identityOf } from '../../../src/kit/process-identity.ts'
import { endAll } from '../../../src/platform/process/end-processes.ts'
import {
  commandLines,
  markedProcesses,
  type ProcessEntry,
  parsePs,
  processTable,
} from '../../../src/platform/process/process-table.ts'
import { membersOf } from '../../../src/platform/process/process-tree.ts'
import { isThere, until } from './support.ts'

function entry(pid: number, parent: number, group: number, startTime = `s${pid}`): ProcessEntry {
  return { pid, parent, group, startTime, startedAtMs: 0, stopped: false, cpuMs: 0, residentBytes: 0 }
}

const pids = (entries: readonly ProcessEntry[]) => entries.map(({ pid }) => pid).sort((a, b) => a - b)
const nobody = new Set<number>()

test('the group, the descendants in other groups, and the marked belong to a command', () => {
  const table = [
    entry(1, 0, 1),
    entry(10, 1, 10),
    entry(11, 10, 10),
    entry(12, 11, 12),
    entry(13, 12, 12),
    entry(20, 1, 20),
    entry(21, 20, 20),
    entry(30, 1, 30),
  ]
  expect(pids(membersOf(table, [{ pid: 10, startTime: 's10' }], new Set([20])))).toEqual([10, 11, 12, 13, 20, 21])
})

test('a group outlives its leader', () => {
  expect(pids(membersOf([entry(11, 1, 10)], [{ pid: 10, startTime: 's10' }], nobody))).toEqual([11])
})

test('a pid that was given to somebody else is not touched, nor is its new group', () => {
  const table = [entry(10, 1, 10, 'later'), entry(11, 10, 10)]
  expect(membersOf(table, [{ pid: 10, startTime: 's10' }], nobody)).toEqual([])
})

test('in any process table only descendants of what was started or marked are members', () => {
  const tables = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 30 })
  fc.assert(
    fc.property(tables, fc.nat(30), (rows, root) => {
      const table = rows.map(([parent, group], pid) => entry(pid, parent, group))
      const members = new Set(pids(membersOf(table, [{ pid: root, startTime: `s${root}` }], nobody)))
      return table.every(
        ({ pid, parent, group }) => members.has(pid) === (group === root || pid === root || members.has(parent)),
      )
    }),
  )
})

test.each([
  [
    '  123   1  123 Ss    2048  01:02:03 Sat Nov 21 10:59:12 2026',
    { pid: 123, group: 123, stopped: false, cpuMs: 3_723_000, residentBytes: 2_097_152 },
  ],
  [
    '    7   1    7 T        4   0:00.12 Sat Nov  1 10:59:12 2026',
    { pid: 7, stopped: true, cpuMs: 120, startTime: 'Sat Nov 1 10:59:12 2026' },
  ],
  ['    7   1    7 S        4 1-00:00:01 Sat Nov  1 10:59:12 2026', { cpuMs: 86_401_000 }],
])('reads what ps prints: %j', (line, expected) => {
  expect(parsePs(line)).toMatchObject(expected)
})

test.each(['', '  9 1 9 Z 0 00:00:00 Sat Nov 21 10:59:12 2026'])('leaves out %j', (line) => {
  expect(parsePs(line)).toBeUndefined()
})

const children: number[] = []
afterAll(async () => {
  await endAll(
    children.flatMap((pid) => identityOf(pid) ?? []),
    [],
  )
})

async function sleeper(environment: Readonly<Record<string, string>>, command = 'exec sleep 1000') {
  const child = start('sh', ['-c', command], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...environment },
  })
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  children.push(pid)
  return pid
}

test('proc and ps see the same process', async () => {
  const pid = await sleeper({})
  await until(async () => (await commandLines([pid])).get(pid) === 'sleep 1000')
  const find = async (system: NodeJS.Platform) =>
    (await processTable(system)).find((candidate) => candidate.pid === pid)
  const [proc, ps] = [await find('linux'), await find('darwin')]
  expect(ps).toMatchObject({ pid, parent: proc?.parent, group: proc?.group, stopped: proc?.stopped })
  expect(Math.abs((ps?.startedAtMs ?? 0) - (proc?.startedAtMs ?? 0))).toBeLessThanOrEqual(2_000)
  expect((await commandLines([pid], 'darwin')).get(pid)).toBe('sleep 1000')
})

test('the marked are found, and ended with all that they left behind', async () => {
  const mark = `SEAWORTHY_RUN=tree-${process.pid}`
  const pid = await sleeper(
    { SEAWORTHY_RUN: `tree-${process.pid}` },
    'setsid sleep 1001 & setsid sh -c "sleep 1002 & sleep 1003" & exec sleep 1000',
  )
  await until(async () => (await markedProcesses([mark])).size === 5)
  const other = await sleeper({ SEAWORTHY_RUN: `tree-${process.pid}0` })
  const { ended, left } = await endAll([], [mark])
  expect(left).toEqual([])
  expect(ended).toHaveLength(5)
  expect(ended.join('\n')).toMatch(/pid \d+ \(sleep 1001\)/)
  expect(isThere(pid)).toBe(false)
  expect(isThere(other)).toBe(true)
})

test('a stopped process is ended too', async () => {
  const pid = await sleeper({})
  process.kill(pid, 'SIGSTOP')
  const identity = identityOf(pid)
  expect(await endAll(identity ? [identity] : [], [])).toMatchObject({ left: [] })
  expect(isThere(pid)).toBe(false)
})
