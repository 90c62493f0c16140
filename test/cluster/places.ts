import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The project's own folder. */
export const REPOSITORY = resolve(import.meta.dirname, '../..')

/** Files of the recipe, relative to this folder. */
export function recipe(path: string): string {
  return join(import.meta.dirname, path)
}

/** What running clusters need lies here, in a folder for each number. */
export function stateRoot(): string {
  return process.env.SEAWORTHY_CLUSTER_STATE || '/var/tmp/seaworthy-clusters'
}

/** What was built lies here, in folders named after what they were built from; any of it may be deleted while no cluster is up. */
export function cacheRoot(): string {
  return process.env.SEAWORTHY_CACHE || join(homedir(), '.cache', 'seaworthy')
}
