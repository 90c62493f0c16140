import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** The first `k6` that can be run from a PATH, or undefined. Relative entries are passed over: a pull request could put a k6 of its own there. */
export function findK6(pathEnv: string | undefined): string | undefined {
  return (pathEnv ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, 'k6'))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
