import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licence of every package that a bundle contains, in one text: what those licences ask for. */
export function licences(inputs: readonly string[]): string {
  const packages = [...new Set(inputs.flatMap((input) => packageOf(input) ?? []))].sort()
  return packages.map(licence).join(`\n${'-'.repeat(80)}\n\n`)
}

function packageOf(input: string): string | undefined {
  const after = input.lastIndexOf('node_modules/')
  if (after < 0) return undefined
  const [first = '', second = ''] = input.slice(after + 'node_modules/'.length).split('/')
  return input.slice(0, after) + join('node_modules', first.startsWith('@') ? join(first, second) : first)
}

function licence(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  const file = existsSync(folder) ? readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name)) : undefined
  if (!manifest.license && !file) throw new Error(`${manifest.name} declares no licence`)
  return `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`
}
