import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { imageRecipe, rootCommand } from '../../../scripts/image/recipe.ts'
import { cached, fileMark, textOf } from '../parts/cache.ts'
import { DEBIAN } from '../parts/versions.ts'
import { run } from '../tools.ts'
import { type Layer, layerOf } from './image.ts'
import { type Member, writeTar } from './tar.ts'

/** A shell, the usual small commands and what Node is linked to. */
const SMALL = ['base-files', 'dash', 'coreutils', 'libc6', 'libstdc++6', 'tzdata']

/** The root of the product's image: Debian's essential packages and the agent's tools, made as the Dockerfile makes it. */
export function toolsRoot(): Promise<Layer> {
  const product = imageRecipe()
  return cachedLayer('root-tools', rootCommand(product, 'layer.tar'), (tar) => debianRoot(rootCommand(product, tar)))
}

/** A Debian root with next to nothing, so that no test passes only because its target happened to have a tool. */
export function smallRoot(): Promise<Layer> {
  const words = (tar: string) =>
    ['mmdebstrap', '--quiet', '--mode=root', '--variant=extract', `--include=${SMALL.join(',')}`, DEBIAN, tar] as const
  return cachedLayer('root-small', [DEBIAN, 'extract', ...SMALL], (tar) => debianRoot(words(tar)))
}

async function debianRoot([program = '', ...words]: readonly string[]): Promise<void> {
  // With it mmdebstrap sorts the members and cuts off later times.
  await run(program, words, { env: { SOURCE_DATE_EPOCH: '0' } })
}

/** A layer of one program at `path`, kept in the cache. */
export function programLayer(name: string, program: string, path: string): Promise<Layer> {
  const member: Member = { type: 'file', name: path, mode: 0o755, content: { file: program } }
  return cachedLayer(`layer-${name}`, [fileMark(program), path], (tar) => writeTar(tar, [member]))
}

/** A layer of a few small things, kept in the cache under what they are. */
export function textLayer(name: string, members: readonly Member[]): Promise<Layer> {
  return cachedLayer(`layer-${name}`, [JSON.stringify(members)], (tar) => writeTar(tar, members))
}

/**
 * A layer that `write` makes, kept in the cache. Its digest is kept beside it: reading 100 MB for it anew took longer than
 * starting a node.
 */
export async function cachedLayer(
  name: string,
  sources: readonly string[],
  write: (tar: string) => Promise<void>,
): Promise<Layer> {
  const folder = await cached(name, sources, async (into) => {
    const file = join(into, 'layer.tar')
    await write(file)
    writeFileSync(join(into, 'layer.json'), JSON.stringify(await layerOf(file)))
  })
  const known = JSON.parse(textOf(join(folder, 'layer.json'))) as Layer
  return { ...known, file: join(folder, 'layer.tar') }
}

/** A layer of these members and the folders above them, written to `tar`. */
export async function layerWith(tar: string, members: readonly Member[]): Promise<Layer> {
  const parents = new Set(members.flatMap(({ name }) => foldersAbove(name)))
  await writeTar(tar, [...[...parents].sort().map(folder), ...members])
  return layerOf(tar)
}

/** A file as `to`, or a folder's files below it, in their order by name. Owned by root and read by everybody. */
export function membersOf(from: string, to: string, mode: number): readonly Member[] {
  if (statSync(from).isFile()) return [{ type: 'file', name: to, mode, content: { file: from } }]
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ type: 'file', name: `${to}/${relative(from, path)}`, mode, content: { file: path } }))
}

function foldersAbove(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function folder(name: string): Member {
  return { type: 'folder', name, mode: 0o755 }
}
