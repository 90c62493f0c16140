import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageRecipe } from '../../../scripts/image/recipe.ts'
import { VERSION } from '../../../src/kit/version.ts'
import { run } from '../tools.ts'
import { PRODUCT_IMAGE, writeProductImage } from './catalogue.ts'

/** Stated in docs/image.md; what makes the image larger has to be said there. */
const MOST_BYTES = 215_000_000

const TOOLS =
  'conntrack fallocate head ip ip6tables ip6tables-legacy-restore ipset iptables iptables-legacy iptables-nft iptables-nft-restore kill modprobe nft nsenter perl ps setpriv sh tc timeout unshare'

let folder: string
const root = () => join(folder, 'root')
const inside = (...words: readonly string[]) =>
  run('chroot', ['--userspec=65532:65532', root(), ...words], { env: recipe.env })
const recipe = imageRecipe()

interface Config {
  readonly config: Record<string, unknown>
}
interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string; readonly size: number }[]
}
const blob = (digest: string) => join(folder, 'image/blobs', digest.replace(':', '/'))
const json = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T
const manifest = () => {
  const index = json<{ manifests: readonly { digest: string }[] }>(join(folder, 'image/index.json'))
  return json<Manifest>(blob(index.manifests[0]?.digest ?? ''))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'product-image-'))
  await writeProductImage(join(folder, 'image.tar'))
  for (const name of ['image', 'root']) mkdirSync(join(folder, name))
  await run('tar', ['-xf', join(folder, 'image.tar'), '-C', join(folder, 'image')])
  for (const { digest } of manifest().layers) await run('tar', ['-xf', blob(digest), '-C', root()])
  // Whoever runs a container gives it its devices; perl asks for this one.
  mkdirSync(join(root(), 'dev'), { recursive: true })
  await run('mknod', ['--mode=666', join(root(), 'dev/null'), 'c', '1', '3'])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

describe('the image that is made without Docker', () => {
  it(`has at most ${MOST_BYTES} bytes`, () => {
    const bytes = manifest().layers.reduce((sum, { size }) => sum + size, 0)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(bytes).toBeGreaterThan(100_000_000)
    expect(readFileSync('docs/image.md', 'utf8')).toContain(`at most ${MOST_BYTES / 1_000_000} MB`)
  })

  it('is the same, made again', async () => {
    const again = join(folder, 'again.tar')
    await writeProductImage(again)
    expect(await sha256(again)).toBe(await sha256(join(folder, 'image.tar')))
    rmSync(again)
  })

  it('has the user, entry point, environment and labels of the recipe', () => {
    const { config } = json<Config>(blob(manifest().config.digest))
    expect(config).toMatchObject({
      User: recipe.user,
      Entrypoint: recipe.entrypoint,
      Labels: { ...recipe.labels, 'org.opencontainers.image.version': VERSION },
    })
    expect(config.Env).toEqual(expect.arrayContaining(Object.entries(recipe.env).map((pair) => pair.join('='))))
    expect(PRODUCT_IMAGE.endsWith(VERSION)).toBe(true)
  })

  it('has every file of the recipe, read by everybody and written by nobody', () => {
    const files = [...recipe.files.map(({ to }) => to), recipe.sbom]
    for (const path of files) {
      const { mode, uid } = statSync(join(root(), path))
      expect([path, mode & 0o022, uid]).toEqual([path, 0, 0])
    }
  })

  it('runs as nobody in particular', async () => {
    expect(await inside('/usr/local/bin/seaworthy', '--version')).toBe(`${VERSION}\n`)
    expect(await inside(...recipe.entrypoint, 'faults', 'pod-kill')).toContain('pod-kill')
    expect((await inside('/bin/sh', '-c', 'id -u; touch "$HOME/here" && echo writable')).split('\n')).toEqual([
      '65532',
      'writable',
      '',
    ])
  })

  it('has every program that the daemon starts, and the modules of perl that its programs use', async () => {
    const found = `for tool in ${TOOLS}; do [ -n "$(command -v "$tool")" ] || echo "$tool"; done`
    expect(await inside('/bin/sh', '-c', found)).toBe('')
    for (const words of [
      ['nft', '--version'],
      ['iptables-nft', '--version'],
      ['iptables-legacy', '--version'],
      ['ipset', 'help'],
      ['tc', '-V'],
      ['ip', '-V'],
      ['conntrack', '--version'],
    ])
      expect(await inside(...words)).toMatch(/\d\.\d/)
    expect(
      await inside('perl', '-e', 'use Time::HiRes qw(time sleep clock); use Fcntl; use Socket; print time > 0'),
    ).toBe('1')
  })

  it('has no package manager, no lists, no caches, no manuals, and nothing of the machine that made it', () => {
    for (const path of [
      'usr/bin/apt',
      'usr/share/man/man1',
      'usr/share/zoneinfo',
      'etc/resolv.conf',
      'etc/hostname',
      'etc/apt/sources.list',
      'usr/local/bin/npm',
    ])
      expect(existsSync(join(root(), path)), path).toBe(false)
    for (const path of ['var/cache/apt/archives', 'var/log'])
      expect(existsSync(join(root(), path)) ? readdirSync(join(root(), path)) : []).toEqual([])
  })

  it('lists what it is made of, and has the licence of each', async () => {
    const { components } = json<{ components: readonly { name: string; purl: string }[] }>(join(root(), recipe.sbom))
    const installed = (await inside('dpkg-query', '--show', '--showformat', '$' + '{Package} ')).trim().split(' ')
    const debian = components.filter(({ purl }) => purl.startsWith('pkg:deb/')).map(({ name }) => name)
    expect(debian.toSorted()).toEqual(installed.toSorted())
    for (const name of debian) expect(existsSync(join(root(), 'usr/share/doc', name, 'copyright')), name).toBe(true)
    const bundled = components.filter(({ purl }) => purl.startsWith('pkg:npm/')).map(({ name }) => name)
    const licences = readFileSync(join(root(), 'app/dist/licenses.txt'), 'utf8')
    expect(bundled).toContain('zod')
    for (const name of bundled) expect(licences).toContain(`${name} `)
    expect(components.map(({ name }) => name)).toContain('node')
  })
})
