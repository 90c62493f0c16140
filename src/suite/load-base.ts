import type { Suite } from '../model/suite.ts'
import type { Environment } from './document/expand.ts'
import { suiteFromText } from './load-suite.ts'

/** In place of a variable that the base asks for and that is not set any more: no number, share or duration. */
const UNSET = 'unset'
const UNSET_URL = 'http://unset.invalid'
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/**
 * A suite as it was at another commit, to be compared with the one at `path`. A variable that is not set does not matter
 * where it names things; where a number is wanted it is a mistake as usual. Throws SuiteError.
 */
export function loadBase(text: string, path: string, environment: Environment): Suite {
  const names = [...text.matchAll(REFERENCE)].map(([, name = '']) => name)
  const unset = names.filter((name) => environment[name] === undefined)
  return suiteFromText(text, path, {
    ...environment,
    ...Object.fromEntries(unset.map((name) => [name, standIn(name, text)])),
  })
}

function standIn(name: string, text: string): string {
  return new RegExp(`\\burl["']?:\\s*["']?\\$\\{${name}\\}`).test(text) ? UNSET_URL : UNSET
}
