import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Identity } from '../../src/kit/process-identity.ts'
import { stateRoot } from './places.ts'
import { HIGHEST_NUMBER, type Shape } from './shape.ts'

/** A process of the cluster: `wrapper` entered the node's namespaces for it and waits for its end. */
export interface ComponentRecord {
  readonly node: 1 | 2
  readonly command: readonly string[]
  readonly wrapper: Identity
  readonly process: Identity | undefined
}

/** A node lives as long as its first process: with it the kernel ends all others and its namespaces. */
export interface NodeRecord {
  readonly wrapper: Identity
  readonly init: Identity | undefined
}

/** Everything that `down` must know of; written as soon as a process is there, before the next step. */
export interface ClusterRecord {
  readonly number: number
  readonly stage: 'starting' | 'up'
  readonly token: string
  readonly kubectl: string
  readonly nodes: Readonly<Record<string, NodeRecord>>
  readonly components: Readonly<Record<string, ComponentRecord>>
}

function recordFile(shape: Shape): string {
  return join(shape.folder, 'cluster.json')
}

/** The record of a cluster, or undefined when there is none (or only a folder without one). */
export function readRecord(shape: Shape): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(shape), 'utf8')) as ClusterRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces the record in one step: whoever is killed meanwhile leaves the old one or the new one, never half of one. */
export function writeRecord(shape: Shape, record: ClusterRecord): void {
  mkdirSync(shape.folder, { recursive: true, mode: 0o700 })
  const next = `${recordFile(shape)}.next`
  writeFileSync(next, JSON.stringify(record, undefined, 2), { mode: 0o600 })
  renameSync(next, recordFile(shape))
}

/** Changes the record as it is now: nodes start at the same time, each with entries of its own. */
export function updateRecord(shape: Shape, change: (record: ClusterRecord) => ClusterRecord): void {
  const record = readRecord(shape)
  if (!record) throw new Error(`${recordFile(shape)} is gone`)
  writeRecord(shape, change(record))
}

/** The numbers that have a folder, whatever is in it. */
export function knownNumbers(): readonly number[] {
  try {
    return readdirSync(stateRoot())
      .map(Number)
      .filter((number) => Number.isInteger(number) && number >= 0 && number <= HIGHEST_NUMBER)
  } catch {
    return []
  }
}

/** Where the Docker of tests keeps what it needs (kind/docker.ts). */
export function dockerFolder(): string {
  return join(stateRoot(), 'kind')
}

/** Whether any cluster, or the Docker for kind, still needs what was changed on the machine for them. */
export function isAnythingUp(): boolean {
  return knownNumbers().length > 0 || existsSync(dockerFolder())
}
