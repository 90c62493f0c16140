import { copyFileSync, cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recipe } from '../places.ts'
import { run } from '../tools.ts'
import { cached, textOf } from './cache.ts'
import { inScratch } from './scratch.ts'

/** Those that a cluster with Tekton runs: two in pods of their own, the others in the pods of every Task. */
export const TEKTON_PROGRAMS = ['controller', 'webhook', 'entrypoint', 'nop', 'workingdirinit'] as const

const PACKAGE = 'github.com/tektoncd/pipeline'

/**
 * A folder with Tekton's programs in `bin` and its own manifests in `config`, of the very version and dependencies that
 * the module file pins. About three minutes when nothing is cached.
 */
export function tektonParts(): Promise<string> {
  const pins = ['go.mod', 'go.sum'].map((file) => recipe(`parts/go/tekton/${file}`))
  return cached('tekton', pins.map(textOf), (into) =>
    inScratch(async (module) => {
      for (const pin of pins) copyFileSync(pin, join(module, pin.split('/').at(-1) ?? ''))
      const packages = TEKTON_PROGRAMS.map((name) => `${PACKAGE}/cmd/${name}`)
      // Without SPIRE the program that goes into every pod is a third of its size.
      await go(module, [
        'build',
        '-trimpath',
        '-tags',
        'disable_spire',
        '-ldflags',
        '-s -w',
        '-o',
        `${into}/bin/`,
        ...packages,
      ])
      const sources = (await go(module, ['list', '-m', '-f', '{{.Dir}}', PACKAGE])).trim()
      copyManifests(join(sources, 'config'), join(into, 'config'))
    }),
  )
}

/** What the pinned files do not name is not built: a build must not choose its own dependencies. */
function go(module: string, args: readonly string[]): Promise<string> {
  return run('go', args, { directory: module, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' } })
}

/** The module cache is not writable, not even its copies of folders, unless each file is copied by itself. */
function copyManifests(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.yaml')) continue
    const path = join(entry.parentPath, entry.name)
    cpSync(path, join(to, path.slice(from.length)))
  }
}
