import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX identifier. */
  readonly licence: string
  /** The licence in full, as the package has it. */
  readonly notice: string
}

/** What may be shipped with a program under Apache-2.0: nothing that asks more of its users than to keep the notice. */
const COMPATIBLE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT']

/** The packages that a bundle's `inputs` (esbuild's metafile) come from, by name. Throws for a licence that cannot be shipped. */
export function bundledPackages(inputs: readonly string[]): readonly BundledPackage[] {
  return [...new Set(inputs.flatMap((input) => folderOf(input) ?? []))].sort().map(readPackage)
}

/** The licence of every package that a bundle contains, in one text: what those licences ask for. */
export function licences(packages: readonly BundledPackage[]): string {
  return packages
    .map(({ name, version, licence, notice }) => `${name} ${version} (${licence})\n\n${notice}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function folderOf(input: string): string | undefined {
  const after = input.lastIndexOf('node_modules/')
  if (after < 0) return undefined
  const [first = '', second = ''] = input.slice(after + 'node_modules/'.length).split('/')
  return input.slice(0, after) + join('node_modules', first.startsWith('@') ? join(first, second) : first)
}

function readPackage(folder: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  const { name, version, license = 'no licence' } = manifest
  if (!COMPATIBLE.includes(license))
    throw new Error(`${name} ${version} is under ${license}, which cannot be shipped here`)
  const notice = noticeOf(folder)
  if (!notice) throw new Error(`${name} ${version} has no text of its licence`)
  return { name, version, licence: license, notice }
}

/** From the licence's own file, or from the last part of the package's README where that is all that there is. */
function noticeOf(folder: string): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const file = names.find((name) => /^(licen[cs]e|copying)/i.test(name))
  if (file) return readFileSync(join(folder, file), 'utf8').trim()
  const readme = names.find((name) => /^readme/i.test(name))
  const text = readme ? readFileSync(join(folder, readme), 'utf8') : ''
  return /^(?:#+ *)?licen[cs]e *\n(?:-+ *\n)?(?<notice>[\s\S]*)/im.exec(text)?.groups?.notice?.trim() || undefined
}
