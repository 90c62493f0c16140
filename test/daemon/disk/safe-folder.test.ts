import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { roomFor } from '../../../src/daemon/disk/room.ts'
import { openFolder, refusePath } from '../../../src/daemon/disk/safe-folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'root-'))
  mkdirSync(join(root, 'a/b'), { recursive: true })
  writeFileSync(join(root, 'a/b/here'), '')
  writeFileSync(join(root, 'a/file'), '')
  symlinkSync('b', join(root, 'a/link'))
  symlinkSync('/etc', join(root, 'etc'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('openFolder', () => {
  it('opens what is there, and is the folder whatever it is called later', () => {
    const folder = openFolder(root, '/a//b/')
    rmSync(join(root, 'a/link'))
    writeFileSync(folder.at('new'), '')
    expect(readdirSync(join(root, 'a/b')).toSorted()).toEqual(['here', 'new'])
    folder.close()
  })

  it.each([
    ['/a/link', 'symbolic link'],
    ['/a/link/x', 'symbolic link'],
    ['/etc', 'symbolic link'],
    ['/a/file', 'not a folder'],
    ['/a/none', 'not there'],
    ['/a/../a', 'leads elsewhere'],
    ['/a/./b', 'leads elsewhere'],
    ['a/b', 'not an absolute path'],
    ['/a\0b', 'leads elsewhere'],
  ])('refuses %j', (path, why) => {
    expect(() => openFolder(root, path)).toThrow(why)
  })

  it('closes what it opened when it refuses', () => {
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    for (let turn = 0; turn < 20; turn += 1) expect(() => openFolder(root, '/a/b/none/c')).toThrow()
    expect(open()).toBe(before)
  })

  it('has a word about every path that leads elsewhere', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '..', '.', ''), { minLength: 1 }), (parts) => {
        const leads = parts.includes('..') || parts.includes('.')
        expect(refusePath(`/${parts.join('/')}`) !== undefined).toBe(leads)
      }),
    )
  })
})

const GIB = 1024 ** 3

describe('roomFor', () => {
  it('never takes more than nine tenths, nor the last gibibyte of the node', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 40 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (free, nodes, ratio) => {
          const room = roomFor({ bytes: undefined, ratio }, { freeBytes: free, nodes })
          if ('why' in room) return
          expect(room.bytes).toBeLessThanOrEqual(free * 0.9)
          if (nodes) expect(free - room.bytes).toBeGreaterThanOrEqual(GIB)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('refuses a size that does not fit, and does not make it smaller', () => {
    const volume = { freeBytes: 1_000, nodes: false }
    expect(roomFor({ bytes: 900, ratio: undefined }, volume)).toEqual({ bytes: 900 })
    expect(roomFor({ bytes: 901, ratio: undefined }, volume)).toHaveProperty('why')
    expect(roomFor({ bytes: GIB, ratio: undefined }, { freeBytes: 1.9 * GIB, nodes: true })).toHaveProperty('why')
    expect(roomFor({ bytes: undefined, ratio: 0.5 }, volume)).toEqual({ bytes: 500 })
  })
})
