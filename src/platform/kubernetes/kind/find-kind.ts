import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { Emit } from '../../../model/events.ts'
import { downloadKind } from './download-kind.ts'
import { isUsableKind, KIND_RELEASE, type KindRelease, kindDownload, readKindVersion } from './kind-release.ts'
import { runTool } from './run-tool.ts'

export interface KindSearch {
  /** A path that the user named; nothing else is looked at then. */
  readonly named: string | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Where a downloaded kind is kept for the next run. */
  readonly cacheFolder: string
  /** The pinned one unless a test brings one of its own. */
  readonly release?: KindRelease | undefined
}

/** A kind that can be used. */
export interface FoundKind {
  readonly path: string
  readonly version: string
}

const VERSION_MS = 30_000

/**
 * The kind to use: the one that was named, else one in PATH with a version that fits, else the pinned release, downloaded
 * once and verified. Throws SeaworthyError('PLATFORM') with the remedy; the signal's reason.
 */
export async function findKind(search: KindSearch, emit: Emit, signal: AbortSignal): Promise<FoundKind> {
  const there = await findInstalledKind(search)
  const release = search.release ?? KIND_RELEASE
  if (there) {
    if (there.version !== release.version)
      emit({ event: 'warning', detail: `kind ${there.version} is used; this program was made for ${release.version}` })
    return there
  }
  const download = kindDownload(release, process.platform, process.arch)
  const path = join(search.cacheFolder, download.fileName)
  await downloadKind(download, path, search.environment, signal)
  return { path, version: release.version }
}

/**
 * The named kind, or one in PATH that fits; undefined when one would have to be downloaded. Throws
 * SeaworthyError('PLATFORM') for a named one that cannot be used.
 */
export async function findInstalledKind(search: KindSearch): Promise<FoundKind | undefined> {
  const { named, environment } = search
  if (named !== undefined && named !== '') return checkNamed(resolve(named), environment)
  for (const folder of (environment.PATH ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, 'kind')
    const version = (await isProgram(path)) ? await versionOf(path, environment) : undefined
    if (version !== undefined && isUsableKind(version)) return { path, version }
  }
  return undefined
}

async function checkNamed(path: string, environment: Readonly<Record<string, string>>): Promise<FoundKind> {
  const version = await versionOf(path, environment)
  const remedy =
    'Name a kind with --kind-binary or SEAWORTHY_KIND, or leave both away to have the right one downloaded.'
  if (version === undefined)
    throw new SeaworthyError('PLATFORM', `${path} is not kind: \`kind version\` gave no version`, {
      target: path,
      remedy,
    })
  if (isUsableKind(version)) return { path, version }
  throw new SeaworthyError('PLATFORM', `${path} is kind ${version}, which is too old`, { target: path, remedy })
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

async function versionOf(path: string, environment: Readonly<Record<string, string>>): Promise<string | undefined> {
  const ending = await runTool({ command: [path, 'version'], environment, timeoutMs: VERSION_MS }).catch(
    () => undefined,
  )
  return ending?.exitCode === 0 ? readKindVersion(ending.stdout) : undefined
}
