import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Identity, isAlive } from '../../../src/kit/process-identity.ts'
import { dockerFolder } from '../record.ts'

/** The control group of Docker and all its containers. */
export const GROUP = { cgroup: 'seaworthy-kind' } as const

/** The link between the machine and Docker's network: what a container publishes can be reached at `docker`. */
export const LINK = { name: 'seaworthykind', machine: '172.30.200.254', docker: '172.30.200.1' } as const

/** Everything that `stopDocker` must know of; written as soon as a process is there. */
export interface DockerRecord {
  readonly stage: 'starting' | 'up'
  /** What the machine's settings were before. */
  readonly settings: Readonly<Record<string, string>>
  readonly wrapper: Identity | undefined
  /** Holds all namespaces: with it the kernel ends dockerd, every container, and what they mounted. */
  readonly init: Identity | undefined
  /** `nsenter` that waits for dockerd. */
  readonly daemon: Identity | undefined
}

export function socketPath(): string {
  return join(dockerFolder(), 'docker.sock')
}

/** The record, or undefined when there is none (or only a folder without one). */
export function readDockerRecord(): DockerRecord | undefined {
  try {
    return JSON.parse(readFileSync(file(), 'utf8')) as DockerRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces the record in one step. */
export function writeDockerRecord(record: DockerRecord): void {
  mkdirSync(dockerFolder(), { recursive: true, mode: 0o711 })
  writeFileSync(`${file()}.next`, JSON.stringify(record, undefined, 2))
  renameSync(`${file()}.next`, file())
}

/** All of it runs. */
export function isDockerUp({ stage, wrapper, init, daemon }: DockerRecord): boolean {
  return stage === 'up' && [wrapper, init, daemon].every((one) => one !== undefined && isAlive(one))
}

function file(): string {
  return join(dockerFolder(), 'docker.json')
}
