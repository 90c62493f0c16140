import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { documentsOf, membersOf, readSmall } from './read-small.ts'

export interface FoundWorkloads {
  /** `Deployment/web` */
  readonly workloads: readonly string[]
  /** Names of Services, by which traffic may enter. */
  readonly services: readonly string[]
  /** Folders and files that hold them, relative to the project. */
  readonly manifests: readonly string[]
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet']
const NAME = /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/
const IGNORED = new Set(['node_modules', 'vendor', 'dist', 'build', 'coverage'])
const MOST_LEVELS = 3
const MOST_FILES = 200

/** Kubernetes workloads in the YAML files of a project, at most three folders deep. Templates that are no YAML are passed over. */
export async function findWorkloads(folder: string): Promise<FoundWorkloads> {
  const files = (await yamlFiles(folder, 0)).slice(0, MOST_FILES)
  const found = { workloads: new Set<string>(), services: new Set<string>(), manifests: new Set<string>() }
  for (const file of files) {
    for (const document of documentsOf((await readSmall(file)) ?? '')) {
      const { kind, metadata } = membersOf(document)
      const name = membersOf(metadata).name
      if (typeof kind !== 'string' || typeof name !== 'string' || !NAME.test(name)) continue
      if (kind === 'Service') found.services.add(name)
      if (!KINDS.includes(kind)) continue
      found.workloads.add(`${kind}/${name}`)
      found.manifests.add(manifestOf(relative(folder, file)))
    }
  }
  return { workloads: [...found.workloads], services: [...found.services], manifests: [...found.manifests] }
}

/** The folder of a manifest, or the file where it lies beside everything else. */
function manifestOf(path: string): string {
  const parts = path.split('/')
  return parts.length === 1 ? path : `${parts.slice(0, -1).join('/')}/`
}

async function yamlFiles(folder: string, level: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const files: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isFile() && /\.ya?ml$/.test(entry.name)) files.push(path)
    if (entry.isDirectory() && level < MOST_LEVELS && !entry.name.startsWith('.') && !IGNORED.has(entry.name))
      files.push(...(await yamlFiles(path, level + 1)))
    if (files.length > MOST_FILES) break
  }
  return files
}
