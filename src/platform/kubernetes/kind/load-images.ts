import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SeaworthyError } from '../../../kit/errors.ts'
import { shown } from '../../../kit/shown.ts'
import { callKind, type KindTool, kindError } from './kind-command.ts'

const LOAD_MS = 900_000

export interface ImageLoad {
  /** Of the cluster. */
  readonly name: string
  /** Names of images on this machine, and paths of archives (`*.tar`) from the suite's folder. */
  readonly images: readonly string[]
  readonly suiteFile: string
  readonly signal: AbortSignal
}

/**
 * Loads images into all nodes of a cluster, one after the other. All are tried, so that one error names every image that
 * could not be loaded. Throws SeaworthyError('PLATFORM') with the remedies; the signal's reason.
 */
export async function loadImages(tool: KindTool, load: ImageLoad): Promise<void> {
  const failures: SeaworthyError[] = []
  for (const image of load.images) {
    const failure = await loadOne(tool, load, image)
    if (failure) failures.push(failure)
  }
  const [first, ...others] = failures
  if (!first) return
  if (others.length === 0) throw first
  throw new SeaworthyError('PLATFORM', failures.map(({ message }) => message).join('; '), {
    remedy: [...new Set(failures.map(({ remedy }) => remedy))].join(' '),
  })
}

async function loadOne(
  tool: KindTool,
  { name, suiteFile, signal }: ImageLoad,
  image: string,
): Promise<SeaworthyError | undefined> {
  const archive = isArchive(image) ? resolve(dirname(suiteFile), image) : undefined
  const what = archive === undefined ? 'docker-image' : 'image-archive'
  // After the dashes nothing is taken for a flag, whatever a suite calls its images.
  const args = ['load', what, '--name', name, '--', archive ?? image]
  const ending = await callKind(tool, args, { timeoutMs: LOAD_MS, signal })
  return ending.exitCode === 0 ? undefined : kindError(args, ending)
}

function isArchive(image: string): boolean {
  return image.endsWith('.tar')
}

/** Of the distribution's reference grammar (registry/name:tag@digest) what a name may be made of. */
const REFERENCE = /^[a-z0-9](?:[a-zA-Z0-9._:/-]*[a-zA-Z0-9])?(?:@sha256:[0-9a-f]{64})?$/

/** What is wrong with the images of a suite, as far as can be said before there is a cluster; empty when nothing is. */
export function checkImages(images: readonly string[], suiteFile: string) {
  return images.flatMap((image) => {
    if (isArchive(image)) {
      const path = resolve(dirname(suiteFile), image)
      if (existsSync(path)) return []
      return [{ message: `the image archive ${path} is not there`, remedy: 'Make it with `docker save`.' }]
    }
    if (REFERENCE.test(image)) return []
    return [
      {
        message: `${shown(image)} is not the name of an image`,
        remedy: 'Write name:tag, or a path that ends in .tar.',
      },
    ]
  })
}
