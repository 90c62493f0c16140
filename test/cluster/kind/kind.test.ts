import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAlive } from '../../../src/kit/process-identity.ts'
import { signal as signalProcess } from '../control/run-component.ts'
import { STATIC_IMAGE } from '../images/catalogue.ts'
import { dockerFolder } from '../record.ts'
import { run } from '../tools.ts'
import { commandLine } from './command-line.ts'
import { type Docker, ensureDocker, stopDocker } from './docker.ts'
import { GROUP, LINK, readDockerRecord } from './docker-record.ts'
import { failures } from './failures.ts'
import { readSettings } from './host-settings.ts'
import { nodeFaults } from './node-faults.ts'
import { platformOnKind } from './platform.ts'

/**
 * Everything that needs real kind, in one file and in this order: one Docker is up for all of it, and one cluster for the
 * platform and for the faults that may break it.
 */
/** What Docker and its nodes could leave on the machine. */
function machineState() {
  const groups = readdirSync('/sys/fs/cgroup').filter((name) => existsSync(join('/sys/fs/cgroup', name, GROUP.cgroup)))
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(dockerFolder()))
  const [link, folder] = [`/sys/class/net/${LINK.name}`, dockerFolder()].map((path) => existsSync(path))
  return { groups, mounts, link, folder, settings: readSettings() }
}

let before: ReturnType<typeof machineState>
let docker: Docker

beforeAll(async () => {
  await stopDocker()
  before = machineState()
  docker = await ensureDocker()
})

afterAll(stopDocker)

describe('kind: what goes wrong', () => failures(() => docker))
describe('kind: the command line', () => commandLine(() => docker))
describe('kind: the platform', () => platformOnKind(() => docker, nodeFaults))

it('leaves nothing on the machine, also when Docker was killed with a container in it', async () => {
  await run('docker', ['create', '--name', 'left', STATIC_IMAGE], { env: docker.env })
  await run('docker', ['start', 'left'], { env: docker.env })
  const record = readDockerRecord()
  const known = [record?.wrapper, record?.init, record?.daemon].flatMap((one) => one ?? [])
  expect(machineState()).not.toEqual(before)
  for (const one of known.slice(0, 1)) signalProcess(one, 'SIGKILL')
  await stopDocker()
  expect(known).toHaveLength(3)
  expect(known.filter((one) => isAlive(one))).toEqual([])
  expect(machineState()).toEqual(before)
})
