import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const path = z.string().regex(/^[\w./*-]+$/)

const recipeSchema = z.strictObject({
  /** The image that the Dockerfile takes Node and its tools from. */
  base: z.strictObject({ image: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
  /** Release of Debian. */
  suite: z.string(),
  /** Debian packages beside the essential ones, each with what it is for. */
  packages: z.record(z.string(), z.string()),
  /** Files of packages that are never unpacked. */
  leaveOut: z.array(path),
  /** What goes when everything is installed: it was made or needed by the installation alone. */
  remove: z.array(path),
  /** What stays, though one of the former says otherwise. */
  keep: z.array(path),
  /** Where they are in the base image, and here. */
  fromBase: z.record(z.string(), z.string()),
  /** From the project's own folder, owned by root and read by everybody. */
  files: z.array(z.strictObject({ from: path, to: path, mode: z.string().optional() })),
  sbom: path,
  user: z.string(),
  env: z.record(z.string(), z.string()),
  entrypoint: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
})
export type Recipe = z.infer<typeof recipeSchema>

/** What is in the image. The Dockerfile and the image that is made without Docker are both held to it. */
export function imageRecipe(): Recipe {
  return recipeSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'recipe.json'), 'utf8')))
}

/**
 * The words that make the root file system as an archive, `into` a name that ends with `.tar`. They need root, and no right to
 * mount, so that they work in a step of `docker build` as well. Set SOURCE_DATE_EPOCH for the same bytes each time.
 */
export function rootCommand({ suite, packages, leaveOut, keep, remove }: Recipe, into: string): readonly string[] {
  const unpacked = [
    ...leaveOut.map((glob) => `--dpkgopt=path-exclude=${glob}`),
    ...keep.map((glob) => `--dpkgopt=path-include=${glob}`),
  ]
  const anyOf = (globs: readonly string[]) => `\\( ${globs.map((glob) => `-path "$1"'${glob}'`).join(' -o ')} \\)`
  return [
    'mmdebstrap',
    '--quiet',
    '--mode=root',
    '--skip=check/canmount',
    // A container gets its devices from whoever runs it.
    '--skip=output/dev',
    '--variant=essential',
    `--include=${Object.keys(packages).join(',')}`,
    ...unpacked,
    `--customize-hook=find "$1"/etc "$1"/usr "$1"/var ! -type d ${anyOf(remove)} ! ${anyOf(keep)} -delete`,
    `--customize-hook=find "$1"/etc "$1"/usr "$1"/var -depth -type d -empty ${anyOf(remove)} -delete`,
    suite,
    into,
  ]
}
