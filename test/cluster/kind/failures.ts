import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cleanUp } from '../../../src/cleanup/clean-up.ts'
import { start } from '../../../src/kit/exec.ts'
import { isAlive } from '../../../src/kit/process-identity.ts'
import { checkContainerEngine } from '../../../src/platform/kubernetes/kind/check-engine.ts'
import {
  createKindCluster,
  type KindClusterRequest,
} from '../../../src/platform/kubernetes/kind/create-kind-cluster.ts'
import { nodesOf } from '../../../src/platform/kubernetes/kind/delete-kind-cluster.ts'
import { deleteRecordedCluster } from '../../../src/platform/kubernetes/kind/delete-recorded-cluster.ts'
import { callKind, kindError } from '../../../src/platform/kubernetes/kind/kind-command.ts'
import { endProcesses } from '../../../src/platform/process/end-processes.ts'
import { RUN_MARK } from '../../../src/platform/process/marks.ts'
import { recipe } from '../places.ts'
import { until } from '../tools.ts'
import type { Docker } from './docker.ts'
import { containers, kindConfig, kindTool, type LabRun, labRun } from './lab.ts'
import { NODE_IMAGE } from './node-image.ts'

const RUN = 't-failures'
const NAME = `sw-${RUN}`
const GONE = { entry: 'gone', id: `kind/${NAME}` }

let docker: Docker
let lab: LabRun
let cancel: AbortController

function create(given: Partial<KindClusterRequest> = {}) {
  const { emit, ledger, workFolder: folder, reportFolder: logFolder } = lab.context
  return createKindCluster({
    name: NAME,
    image: NODE_IMAGE,
    config: kindConfig(docker),
    waitMs: 120_000,
    folder,
    logFolder,
    signal: cancel.signal,
    emit,
    ledger,
    tool: kindTool(docker),
    ...given,
  })
}

/** What is refused, and what does not come to its end. A cluster is begun twice, and never becomes one. */
export function failures(given: () => Docker): void {
  beforeAll(() => {
    docker = given()
  })
  beforeEach(() => {
    lab = labRun(RUN)
    cancel = new AbortController()
  })
  afterEach(() => lab.remove())
  beforeAnything()
  byKind()
  halfWay()
}

function beforeAnything(): void {
  describe('what is refused before anything is made', () => {
    it('a machine without a container engine', async () => {
      const bare = mkdtempSync(join(tmpdir(), 'no-docker-'))
      const environment = { ...kindTool(docker).environment, PATH: bare }
      await expect(checkContainerEngine(environment)).rejects.toMatchObject({
        message: 'docker is not in PATH, and kind makes its nodes as containers',
        remedy: expect.stringContaining('Install Docker'),
      })
      const args = ['create', 'cluster', '--name', NAME]
      const tool = { ...kindTool(docker), prefix: [], environment }
      expect(kindError(args, await callKind(tool, args, { timeoutMs: 60_000 })).message).toMatch(
        /^docker is not in PATH/,
      )
      rmSync(bare, { recursive: true })
    })

    it('a daemon that does not answer', async () => {
      const tool = kindTool(docker, { DOCKER_HOST: 'unix:///nowhere/docker.sock' })
      const refused = {
        message: 'the Docker daemon does not answer at unix:///nowhere/docker.sock',
        remedy: expect.stringContaining('DOCKER_HOST'),
      }
      await expect(checkContainerEngine(tool.environment)).rejects.toMatchObject(refused)
      await expect(create({ tool })).rejects.toMatchObject(refused)
      const args = ['create', 'cluster', '--name', NAME]
      expect(kindError(args, await callKind(tool, args, { timeoutMs: 60_000 }))).toMatchObject(refused)
      expect(lab.entries().map(({ entry }) => entry)).toEqual(['run'])
    })

    it('a bad name, also in the words of kind', async () => {
      await expect(create({ name: 'Bad_Name' })).rejects.toMatchObject({
        code: 'INPUT',
        message: '"Bad_Name" is not a name for a kind cluster',
      })
      const args = ['create', 'cluster', '--name', 'Bad_Name']
      expect(kindError(args, await callKind(kindTool(docker), args, { timeoutMs: 60_000 })).message).toBe(
        '"Bad_Name" is not a name for a kind cluster',
      )
    })
  })
}

function byKind(): void {
  describe('what kind refuses', () => {
    it.each([
      ['an unknown key', 'bogus: 1\n', 'line 4: field bogus not found in type v1alpha4.Cluster'],
      ['an unknown key of a node', 'nodes: [{role: control-plane, bogus: 1}]\n', 'not found in type v1alpha4.Node'],
      ['no control plane', 'nodes: [{role: worker}]\n', 'must have at least one control-plane node'],
      [
        'a port that is none',
        'nodes: [{role: control-plane, extraPortMappings: [{containerPort: 80, hostPort: 99999}]}]\n',
        'invalid hostPort',
      ],
    ])('%s in its configuration', async (_, more, words) => {
      await expect(create({ config: kindConfig(docker, more) })).rejects.toMatchObject({
        message: expect.stringContaining(words),
        remedy: expect.stringMatching(/./),
      })
      expect(lab.entries().at(-1)).toMatchObject(GONE)
    })

    it('a configuration that is no YAML, and one of an unknown version', async () => {
      await expect(create({ config: 'kind: [' })).rejects.toThrow(/^the configuration of kind is not valid: yaml: /)
      await expect(create({ config: 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha9\n' })).rejects.toThrow(
        'kind.x-k8s.io/v1alpha9 is unknown',
      )
    })

    it('an image that is not here and cannot be pulled', async () => {
      await expect(create({ image: 'local/absent:1' })).rejects.toMatchObject({
        message: expect.stringMatching(/^the node image local\/absent:1 is not here and cannot be pulled: .*docker/i),
        remedy: expect.stringContaining('docker pull local/absent:1'),
      })
      expect(lab.entries().at(-1)).toMatchObject(GONE)
    })

    it('a port that a program has, and leaves no node behind', async () => {
      const program = `require('node:net').createServer().listen(18080, '${docker.address}', () => console.log('listens'))`
      const [command = '', ...prefix] = docker.prefix
      const taker = start(command, [...prefix, process.execPath, '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(taker, 'exit')
      if (taker.stdout) await once(taker.stdout, 'data')
      const mapping = `{containerPort: 80, hostPort: 18080, listenAddress: ${docker.address}}`
      const config = kindConfig(docker, `nodes: [{role: control-plane, extraPortMappings: [${mapping}]}]\n`)
      await expect(create({ config })).rejects.toMatchObject({
        message: `${docker.address}:18080 is taken by a program of this machine`,
        remedy: expect.stringContaining('Free that port'),
      })
      taker.kill('SIGTERM')
      await ended
      expect(await containers(docker)).toEqual([])
      expect(lab.entries().at(-1)).toMatchObject(GONE)
    })
  })
}

function halfWay(): void {
  describe('a creation that does not come to its end', () => {
    it('leaves nothing when it is cancelled in the middle', async () => {
      const reason = new Error('cancelled')
      const emit: KindClusterRequest['emit'] = (event) => {
        lab.context.emit(event)
        if (event.event === 'phase.started' && event.phase === 'kind: Starting control-plane') cancel.abort(reason)
      }
      await expect(create({ emit })).rejects.toBe(reason)
      expect(lab.events.filter(({ event }) => event === 'warning')).toEqual([])
      expect(await nodesOf(kindTool(docker), NAME)).toEqual([])
      expect(await containers(docker)).toEqual([])
      expect(lab.entries().at(-1)).toMatchObject(GONE)
    })

    it('is cleaned up from the ledger when the whole program is killed', async () => {
      const tool = kindTool(docker, { [RUN_MARK]: RUN })
      const words = JSON.stringify({ lab: lab.context.ledgerPath, name: NAME, image: NODE_IMAGE, tool })
      const program = start(process.execPath, [recipe('kind/creator.ts'), words], {
        stdio: 'inherit',
        env: { ...process.env, CONFIG: kindConfig(docker) },
      })
      const ended = once(program, 'exit')
      await until('a node', async () => ((await containers(docker)).length > 0 ? true : undefined))
      program.kill('SIGKILL')
      await ended
      const search = { named: undefined, environment: tool.environment, cacheFolder: '', prefix: tool.prefix }
      const [cleaned] = await cleanUp(join(lab.folder, 'state'), RUN, {
        // Not this process, which wrote the first entry, but the one that was killed.
        isAlive: (identity) => identity.pid !== process.pid && isAlive(identity),
        endProcesses,
        now: Date.now,
        deleteCluster: (run, recorded) => deleteRecordedCluster(run, recorded, search),
      })
      expect(cleaned?.leftovers).toEqual([])
      expect(cleaned?.removed).toContain(`kind cluster ${NAME}`)
      expect(cleaned?.removed.some((what) => what.includes('create cluster'))).toBe(true)
      expect(await containers(docker)).toEqual([])
      expect(existsSync(lab.context.ledgerPath)).toBe(false)
    })
  })
}
