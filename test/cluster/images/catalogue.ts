import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageRecipe } from '../../../scripts/image/recipe.ts'
import { imageSbom } from '../../../scripts/image/sbom.ts'
import { SeaworthyError } from '../../../src/kit/errors.ts'
import { VERSION } from '../../../src/kit/version.ts'
import { K6_IMAGE } from '../../../src/run/cluster/images.ts'
import { corednsProgram, k6Program, pauseProgram, staticProgram } from '../parts/programs.ts'
import { inScratch } from '../parts/scratch.ts'
import { REPOSITORY } from '../places.ts'
import { run } from '../tools.ts'
import { type Image, type Layer, writeImages } from './image.ts'
import { layerWith, membersOf, programLayer, smallRoot, textLayer, toolsRoot } from './layers.ts'
import type { Member } from './tar.ts'

export const PRODUCT_IMAGE = `ghcr.io/seaworthy-dev/seaworthy:${VERSION}`
export const PAUSE_IMAGE = 'docker.io/local/pause:1'
export const DNS_IMAGE = 'docker.io/local/coredns:1'
export const PROMETHEUS_IMAGE = 'docker.io/prom/prometheus:v3.5.0'
export const STATIC_IMAGE = 'docker.io/local/static:1'
export const SHOP_IMAGE = 'docker.io/local/shop:1'

const recipe = imageRecipe()
const NODE_PROGRAM = join(REPOSITORY, 'node_modules/node/bin/node')
/** Nobody in particular, as images without a user database call it. */
const NON_ROOT = '65532:65532'
const NOBODY = 65534

/** The images that change only with their recipe; nodes start with these in their store. */
export async function lastingImages(): Promise<readonly Image[]> {
  const { tools, small } = await bases()
  return [
    await programImage(PAUSE_IMAGE, await pauseProgram(), 'pause'),
    await programImage(DNS_IMAGE, await corednsProgram(), 'coredns'),
    await staticImage(),
    await prometheusImage(),
    // Only carriers of the layers that the images below stand on.
    { name: 'docker.io/local/base-tools:1', layers: tools, entrypoint: ['/bin/sh'] },
    { name: 'docker.io/local/base-small:1', layers: small, entrypoint: ['/bin/sh'] },
  ]
}

/**
 * Writes the images that change with the project's own files: without the layers that every node has, which leaves a few
 * megabytes, or whole. Throws `INPUT` when the product was not built.
 */
export async function writeOwnImages(tar: string, how: 'whole' | 'upper layers' = 'upper layers'): Promise<void> {
  const { tools, small } = await bases()
  const known = how === 'whole' ? [] : [...tools, ...small]
  await inScratch(async (scratch) => {
    const images = [await productImage(tools, scratch), await shopImage(small, scratch)]
    await writeImages(tar, images, new Set(known.map((layer) => layer.digest)))
  })
}

/** Writes the product's image whole, for a store that has none of its layers. Throws `INPUT` when the product was not built. */
export async function writeProductImage(tar: string): Promise<void> {
  const { tools } = await bases()
  await inScratch(async (scratch) => writeImages(tar, [await productImage(tools, scratch)]))
}

/** Writes the shop's image whole. */
export async function writeShopImage(tar: string): Promise<void> {
  const { small } = await bases()
  await inScratch(async (scratch) => writeImages(tar, [await shopImage(small, scratch)]))
}

/** Writes k6 under the name that a run uses, without a shell. Builds it when it is not cached. */
export async function writeK6Image(tar: string): Promise<void> {
  const layers = [await programLayer('k6', await k6Program(), 'usr/bin/k6')]
  await writeImages(tar, [{ name: K6_IMAGE, layers, entrypoint: ['k6'], user: '12345' }])
}

/** Writes the image without a shell, whole. */
export async function writeStaticImage(tar: string): Promise<void> {
  await writeImages(tar, [await staticImage()])
}

async function staticImage(): Promise<Image> {
  return programImage(STATIC_IMAGE, await staticProgram(), 'static', NON_ROOT)
}

/** What the Dockerfile makes, but for the text of Node's licence: the package that brings Node here has none. */
async function productImage(base: readonly Layer[], scratch: string): Promise<Image> {
  const { files, sbom, entrypoint, user, env, labels } = recipe
  if (!existsSync(join(REPOSITORY, 'dist/cli.cjs'))) {
    throw new SeaworthyError('INPUT', 'the product is not built', { remedy: 'Run npm run build.', target: 'dist' })
  }
  const members = files.flatMap(({ from, to, mode = '0644' }) =>
    membersOf(join(REPOSITORY, from), to.slice(1), Number.parseInt(mode, 8)),
  )
  const bill: Member = { type: 'file', name: sbom.slice(1), mode: 0o644, content: { text: await productSbom(base) } }
  return {
    name: PRODUCT_IMAGE,
    layers: [...base, await layerWith(join(scratch, 'product.tar'), [...members, bill])],
    entrypoint,
    user,
    env,
    labels: { ...labels, 'org.opencontainers.image.version': VERSION },
  }
}

async function productSbom([root]: readonly Layer[]): Promise<string> {
  return imageSbom({
    bundled: readFileSync(join(REPOSITORY, 'dist/sbom.cdx.json'), 'utf8'),
    status: await run('tar', ['-xOf', root?.file ?? '', './var/lib/dpkg/status']),
    nodeVersion: process.versions.node,
    suite: recipe.suite,
  })
}

async function shopImage(base: readonly Layer[], scratch: string): Promise<Image> {
  const members = membersOf(join(REPOSITORY, 'examples/shop'), 'app', 0o644)
  const layer = await layerWith(join(scratch, 'shop.tar'), members)
  return {
    name: SHOP_IMAGE,
    layers: [...base, layer],
    entrypoint: ['/usr/local/bin/node'],
    command: ['/app/web.mjs'],
    user: NON_ROOT,
    folder: '/app',
    env: { HOST: '0.0.0.0' },
  }
}

/** Debian's Prometheus in the shape of the project's own image: same path, user and folders. */
async function prometheusImage(): Promise<Image> {
  const config = 'global: {scrape_interval: 15s}\n'
  const folders = await textLayer('prometheus-folders', [
    { type: 'folder', name: 'etc/prometheus', mode: 0o755 },
    { type: 'file', name: 'etc/prometheus/prometheus.yml', mode: 0o644, content: { text: config } },
    { type: 'folder', name: 'prometheus', mode: 0o755, owner: NOBODY },
  ])
  return {
    name: PROMETHEUS_IMAGE,
    layers: [await smallRoot(), await programLayer('prometheus', '/usr/bin/prometheus', 'bin/prometheus'), folders],
    entrypoint: ['/bin/prometheus'],
    command: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    user: String(NOBODY),
    folder: '/prometheus',
  }
}

async function programImage(name: string, program: string, file: string, user?: string): Promise<Image> {
  return {
    name,
    layers: [await programLayer(file, program, file)],
    entrypoint: [`/${file}`],
    ...(user === undefined ? {} : { user }),
  }
}

async function bases() {
  const node = await programLayer('node', NODE_PROGRAM, 'usr/local/bin/node')
  return { tools: [await toolsRoot(), node], small: [await smallRoot(), node] }
}
