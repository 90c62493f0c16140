import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diesAsOne, memoryLeft, readUse } from '../../../src/daemon/groups/group-files.ts'
import { holds, limitFiles } from '../../../src/daemon/groups/io-limits.ts'

const action = {
  do: 'throttle-io',
  container: undefined,
  path: undefined,
  readBytesPerSecond: undefined,
  writeBytesPerSecond: 5_242_880,
  readsPerSecond: undefined,
  writesPerSecond: 20,
} as const

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'group-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

describe('limitFiles', () => {
  it('version 1: a file a limit, and what was there before for the undo', () => {
    write('blkio.throttle.write_bps_device', '8:0 1000\n254:0 9000\n')
    write('blkio.throttle.write_iops_device', '')
    expect(limitFiles(action, { blkio: folder }, '254:0')).toEqual([
      {
        path: join(folder, 'blkio.throttle.write_bps_device'),
        limit: '254:0 5242880',
        restore: '254:0 9000',
      },
      { path: join(folder, 'blkio.throttle.write_iops_device'), limit: '254:0 20', restore: '254:0 0' },
    ])
  })

  it('version 2: one line', () => {
    write('io.max', '254:0 rbps=7 wbps=max riops=max wiops=500\n')
    expect(limitFiles(action, { '': folder }, '254:0')).toEqual([
      { path: join(folder, 'io.max'), limit: '254:0 wbps=5242880 wiops=20', restore: '254:0 wbps=max wiops=500' },
    ])
  })

  it('is nothing where there is no controller', () => {
    expect(limitFiles(action, { '': folder }, '254:0')).toEqual([])
    expect(limitFiles(action, { memory: folder }, '254:0')).toEqual([])
  })
})

describe('holds', () => {
  it.each([
    ['254:0 20\n', '254:0 20', true],
    ['254:0 200\n', '254:0 20', false],
    ['', '254:0 0', true],
    ['', '254:0 20', false],
    ['254:0 rbps=max wbps=5 riops=max wiops=20\n', '254:0 wiops=20 wbps=5', true],
    ['254:0 rbps=max wbps=5 riops=max wiops=21\n', '254:0 wbps=5 wiops=20', false],
    ['', '254:0 wbps=max', true],
    ['254:0 rbps=1 wbps=5 riops=max wiops=max\n', '254:0 wbps=max', false],
  ])('%j %j: %s', (text, line, expected) => {
    expect(holds(text, line)).toBe(expected)
  })
})

describe('a group of version 2', () => {
  it('tells what is used, what is left and whether it dies as one', () => {
    write('cpu.stat', 'usage_usec 1500000\nnr_periods 10\nnr_throttled 3\n')
    write('memory.current', '5000\n')
    write('memory.stat', 'anon 1000\ninactive_file 2000\n')
    write('memory.max', '10000\n')
    write('memory.oom.group', '1\n')
    expect(readUse({ '': folder })).toEqual({ cpuMs: 1_500, memoryBytes: 3_000, throttled: 3 })
    expect(memoryLeft({ '': folder })).toBe(7_000)
    expect(diesAsOne({ '': folder })).toBe(true)
    write('memory.max', 'max\n')
    write('memory.oom.group', '0\n')
    expect(memoryLeft({ '': folder })).toBe(Number.POSITIVE_INFINITY)
    expect(diesAsOne({ '': folder })).toBe(false)
  })

  it('tells nothing of a group that is gone', () => {
    expect(readUse({ '': join(folder, 'gone') })).toEqual({
      cpuMs: undefined,
      memoryBytes: undefined,
      throttled: undefined,
    })
  })
})
