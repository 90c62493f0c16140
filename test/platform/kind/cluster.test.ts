import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identityOf } from '../../../src/kit/process-identity.ts'
import type { RunEventBody } from '../../../src/model/events.ts'
import { checkContainerEngine } from '../../../src/platform/kubernetes/kind/check-engine.ts'
import { checkClusterName, clusterNameOf } from '../../../src/platform/kubernetes/kind/cluster-name.ts'
import { deleteKindCluster } from '../../../src/platform/kubernetes/kind/delete-kind-cluster.ts'
import { deleteRecordedCluster } from '../../../src/platform/kubernetes/kind/delete-recorded-cluster.ts'
import { readKindStep, tellProgress } from '../../../src/platform/kubernetes/kind/kind-progress.ts'
import { checkImages } from '../../../src/platform/kubernetes/kind/load-images.ts'
import { runTool } from '../../../src/platform/kubernetes/kind/run-tool.ts'

const SYSTEM = '/usr/bin:/bin'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kind-tool-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A program in place of kind that writes down what it was told; real kind is in test/cluster/kind. */
function tool(body: string) {
  const binary = join(folder, 'kind')
  writeFileSync(binary, `#!/bin/sh\ncd '${folder}'\necho "$*" >> asked\n${body}\n`, { mode: 0o755 })
  return { binary, prefix: [], environment: { PATH: SYSTEM } }
}

function asked(): readonly string[] {
  return readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')
}

describe('deleteKindCluster', () => {
  const deletion = { name: 'sw-a', kubeconfig: '/k', settleMs: 0 }

  it('looks whether it is gone, and tries again when it is not', async () => {
    const twice = tool(`[ "$1" = get ] && [ ! -f once ] && touch once && echo sw-a-control-plane
exit 0`)
    expect(await deleteKindCluster(twice, deletion)).toEqual([])
    const round = ['delete cluster --name sw-a --kubeconfig /k', 'get nodes --name sw-a']
    expect(asked()).toEqual([...round, ...round])
  })

  it('names what is left with its remedy, and why', async () => {
    const stays = tool('[ "$1" = get ] && echo sw-a-control-plane; exit 0')
    expect(await deleteKindCluster(stays, { ...deletion, attempts: 1 })).toEqual([
      {
        what: 'kind cluster sw-a',
        why: 'its nodes are still there: sw-a-control-plane',
        remedy: 'Delete it by hand: `kind delete cluster --name sw-a`.',
      },
    ])
    const fails = tool('echo "ERROR: something new" >&2; exit 1')
    const [left] = await deleteKindCluster(fails, { ...deletion, attempts: 1 })
    expect(left?.why).toContain('something new')
    const [unstarted] = await deleteKindCluster({ ...fails, binary: '/absent' }, { ...deletion, attempts: 1 })
    expect(unstarted?.why).toContain('could not be started')
  })
})

describe('deleteRecordedCluster', () => {
  it('deletes the cluster of that run with the kind that made it', async () => {
    const { binary } = tool('[ "$1" = version ] && echo kind v0.33.0 go linux/amd64; exit 0')
    const search = { named: undefined, environment: { PATH: '' }, cacheFolder: folder, prefix: [] }
    expect(await deleteRecordedCluster('a', { name: 'sw-a', binary }, search)).toEqual([])
    expect(asked()).toContainEqual(expect.stringMatching(/^delete cluster --name sw-a /))
  })

  it('deletes no other cluster, whatever a ledger says', async () => {
    const { binary } = tool('exit 0')
    const search = { named: undefined, environment: { PATH: '' }, cacheFolder: folder, prefix: [] }
    const [left] = await deleteRecordedCluster('a', { name: 'production', binary }, search)
    expect(left?.why).toBe('it is not the cluster of that run')
    expect(() => asked()).toThrow('ENOENT')
  })
})

describe('runTool', () => {
  const environment = { PATH: SYSTEM }

  it('gives lines as they come, and how it ended', async () => {
    const lines: string[] = []
    const command = ['sh', '-c', 'echo out; echo one >&2; printf "two\\r\\nthree" >&2; exit 3'] as const
    const ending = await runTool({ command, environment, timeoutMs: 10_000, onLine: (line) => lines.push(line) })
    expect(ending).toEqual({ exitCode: 3, signal: undefined, stdout: 'out\n', stderr: 'one\ntwo\r\nthree' })
    expect(lines).toEqual(['one', 'two'])
  })

  it('ends the whole group when it is aborted, and when time is up', async () => {
    const command = ['sh', '-c', 'trap "" TERM; sleep 600 & echo "$!" >&2; wait; wait'] as const
    const cancel = new AbortController()
    let child = 0
    const onLine = (line: string) => {
      child = Number(line)
      cancel.abort(new Error('cancelled'))
    }
    const { signal } = cancel
    await expect(runTool({ command, environment, timeoutMs: 60_000, signal, onLine })).rejects.toThrow('cancelled')
    expect(child).toBeGreaterThan(0)
    expect(identityOf(child)).toBeUndefined()
    await expect(runTool({ command: ['sleep', '600'], environment, timeoutMs: 50 })).rejects.toThrow('was not over')
    await expect(runTool({ command, environment, timeoutMs: 60_000, signal })).rejects.toThrow('cancelled')
  })
})

describe('checkContainerEngine', () => {
  it('asks the one that kind would take', async () => {
    writeFileSync(join(folder, 'podman'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const environment = { PATH: folder, KIND_EXPERIMENTAL_PROVIDER: 'podman' }
    await expect(checkContainerEngine(environment)).resolves.toBeUndefined()
    await expect(checkContainerEngine({ PATH: folder })).rejects.toThrow('docker is not in PATH')
    const { KIND_EXPERIMENTAL_PROVIDER: _, ...usual } = environment
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    await expect(checkContainerEngine(usual)).rejects.toThrow('docker info')
  })
})

it('reads the steps of kind, and tells them as phases that end', () => {
  expect(readKindStep(' • Preparing nodes 📦   ...')).toEqual({ state: 'started', step: 'Preparing nodes' })
  expect(readKindStep(' ✓ Ensuring node image (local/node:v1) 🖼️')).toMatchObject({
    state: 'done',
    step: 'Ensuring node image (local/node:v1)',
  })
  expect(readKindStep(' ✗ Starting control-plane 🕹️')?.state).toBe('failed')
  expect(readKindStep('Set kubectl context to "kind-t1"')).toBeUndefined()
  const events: RunEventBody[] = []
  const steps: string[] = []
  const progress = tellProgress(
    (event) => events.push(event),
    () => events.length,
    (step) => steps.push(step),
  )
  for (const line of ['Creating cluster ...', ' • One  ...', ' ✓ One', ' • Two  ...']) progress.line(line)
  progress.end()
  progress.end()
  expect(events.map(({ event }) => event)).toEqual(['phase.started', 'phase.ended', 'phase.started', 'phase.ended'])
  expect(steps).toEqual(['One', 'Two'])
})

it('names a cluster after its run, and refuses names that no node could have', () => {
  expect(clusterNameOf('r-0123456789')).toBe('sw-r-0123456789')
  for (const name of ['', 'Bad_Name', '-a', 'a-', 'a.b', 'a'.repeat(46), 'a b', '--all'])
    expect(() => checkClusterName(name)).toThrow('is not a name')
})

it('finds names and archives that cannot be loaded before there is a cluster', () => {
  appendFileSync(join(folder, 'there.tar'), '')
  const images = ['shop:ci', 'ghcr.io/a/b:1@sha256:'.padEnd(85, 'a'), 'there.tar', 'absent.tar', '--help', 'a b', '']
  expect(checkImages(images, join(folder, 'seaworthy.yaml')).map(({ message }) => message)).toEqual([
    `the image archive ${folder}/absent.tar is not there`,
    '"--help" is not the name of an image',
    '"a b" is not the name of an image',
    '"" is not the name of an image',
  ])
})
