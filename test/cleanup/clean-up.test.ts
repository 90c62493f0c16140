import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CleanupTools, cleanUp } from '../../src/cleanup/clean-up.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'cleanup-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const OWNER = { pid: 1234, startTime: '1' }
const CHILD = { pid: 2345, startTime: '2' }

function ledger(run: string, ...entries: readonly object[]): string {
  const folder = join(state, 'runs', run)
  mkdirSync(join(folder, 'work'), { recursive: true })
  const lines = [
    { entry: 'run', at: 0, run, owner: OWNER, suite: 's', version: 'v' },
    { entry: 'folder', at: 0, id: 'work', path: join(folder, 'work') },
    ...entries,
  ]
  writeFileSync(join(folder, 'ledger.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return folder
}

function tools(
  alive: readonly object[] = [],
  left: readonly string[] = [],
): CleanupTools & { readonly asked: unknown[] } {
  const asked: unknown[] = []
  return {
    asked,
    isAlive: (identity) =>
      alive.includes(identity) || alive.some((one) => JSON.stringify(one) === JSON.stringify(identity)),
    endProcesses: async (run, known) => {
      asked.push([run, known])
      return { ended: known.map(({ pid }) => `pid ${pid}`), left }
    },
    now: () => 1,
  }
}

describe('cleanUp', () => {
  it('ends what the ledger names, removes its folders, and then has nothing to do', async () => {
    const folder = ledger('r-1', { entry: 'process', at: 0, id: 'p', what: 'web-1', identity: CHILD })
    const used = tools()
    expect(await cleanUp(state, undefined, used)).toEqual([
      { run: 'r-1', removed: ['pid 2345', join(folder, 'work')], leftovers: [], running: false },
    ])
    expect(used.asked).toEqual([['r-1', [CHILD]]])
    expect(existsSync(folder)).toBe(false)
    expect(await cleanUp(state, undefined, tools())).toEqual([])
  })

  it('leaves a run alone whose process lives', async () => {
    const folder = ledger('r-1')
    const used = tools([OWNER])
    expect(await cleanUp(state, undefined, used)).toEqual([{ run: 'r-1', removed: [], leftovers: [], running: true }])
    expect(used.asked).toEqual([])
    expect(existsSync(folder)).toBe(true)
  })

  it('names what does not end and keeps its ledger for the next try', async () => {
    const folder = ledger('r-1', { entry: 'process', at: 0, id: 'p', what: 'web-1', identity: CHILD })
    const [cleaned] = await cleanUp(state, undefined, tools([], ['pid 2345 (web)']))
    expect(cleaned?.leftovers).toMatchObject([{ what: 'pid 2345 (web)' }])
    expect(existsSync(join(folder, 'ledger.ndjson'))).toBe(true)
  })

  it('takes only the run that was named', async () => {
    ledger('r-1')
    ledger('r-2')
    expect((await cleanUp(state, 'r-2', tools())).map(({ run }) => run)).toEqual(['r-2'])
  })

  it('never removes a folder outside the run, whatever its ledger says', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'precious-'))
    for (const path of [elsewhere, join(state, 'runs', 'r-1', '..', '..', '..'), state]) {
      ledger('r-1', { entry: 'folder', at: 0, id: 'x', path })
      await cleanUp(state, undefined, tools())
      expect(existsSync(elsewhere)).toBe(true)
      expect(existsSync(state)).toBe(true)
    }
    rmSync(elsewhere, { recursive: true })
  })

  it('reads a ledger whose last line was cut off', async () => {
    const folder = ledger('r-1', { entry: 'process', at: 0, id: 'p', what: 'web-1', identity: CHILD })
    writeFileSync(join(folder, 'ledger.ndjson'), '{"entry":"process","at":0,"iden', { flag: 'a' })
    expect((await cleanUp(state, undefined, tools()))[0]?.removed).toContain('pid 2345')
  })

  it('has nothing to do where there never was a run', async () => {
    expect(await cleanUp(join(state, 'nowhere'), undefined, tools())).toEqual([])
  })

  const MADE = { entry: 'kind-cluster', at: 0, id: 'kind/sw-r-1', name: 'sw-r-1', binary: '/usr/bin/kind' }
  const OBJECT = { entry: 'object', at: 0, id: 'o', apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' }

  it('deletes the cluster that a run made, and asks no other cluster for what was in it', async () => {
    ledger('r-1', MADE, OBJECT)
    const deleted: unknown[] = []
    const deleteCluster: CleanupTools['deleteCluster'] = async (run, cluster) => {
      deleted.push([run, cluster])
      return []
    }
    const removeObjects: CleanupTools['removeObjects'] = () => Promise.reject(new Error('asked'))
    const [cleaned] = await cleanUp(state, undefined, { ...tools(), deleteCluster, removeObjects })
    expect(deleted).toEqual([['r-1', MADE]])
    expect(cleaned?.removed).toContain('kind cluster sw-r-1')
    expect(cleaned?.leftovers).toEqual([])
    expect(existsSync(join(state, 'runs', 'r-1'))).toBe(false)
  })

  it('does not delete a cluster that its run has deleted', async () => {
    ledger('r-1', MADE, { entry: 'gone', at: 1, id: MADE.id })
    const deleteCluster = () => Promise.reject(new Error('asked'))
    expect(await cleanUp(state, undefined, { ...tools(), deleteCluster })).toMatchObject([{ leftovers: [] }])
  })

  it('keeps the ledger of a cluster that could not be deleted, and says so', async () => {
    const folder = ledger('r-1', MADE)
    const left = [{ what: 'kind cluster sw-r-1', why: 'no Docker', remedy: 'Start it.' }]
    const [cleaned] = await cleanUp(state, undefined, { ...tools(), deleteCluster: async () => left })
    expect(cleaned?.leftovers).toEqual(left)
    expect(existsSync(join(folder, 'ledger.ndjson'))).toBe(true)
    const [unknown] = await cleanUp(state, undefined, tools())
    expect(unknown?.leftovers[0]?.remedy).toContain('kind delete cluster --name sw-r-1')
  })
})
