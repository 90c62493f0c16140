import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RunEventBody } from '../../../src/model/events.ts'
import { findKind } from '../../../src/platform/kubernetes/kind/find-kind.ts'
import {
  isUsableKind,
  KIND_RELEASE,
  type KindRelease,
  kindDownload,
  readKindVersion,
} from '../../../src/platform/kubernetes/kind/kind-release.ts'

const BINARY = '#!/bin/sh\necho kind v0.33.0 go1.26.8 linux/amd64\n'
const SYSTEM = '/usr/bin:/bin'
const { signal } = new AbortController()

let folder: string
let server: Server
let asked: string[]
let answer: string
let events: RunEventBody[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'find-kind-'))
  asked = []
  events = []
  answer = BINARY
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/v0.33.0/')) response.writeHead(302, { location: '/stored' }).end()
    else if (request.url === '/stored') response.end(answer)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

function release(sha256 = createHash('sha256').update(BINARY).digest('hex')): KindRelease {
  const { port } = server.address() as AddressInfo
  const platform = kindDownload(KIND_RELEASE, process.platform, process.arch).fileName.replace('kind-v0.33.0-', '')
  const url = `http://127.0.0.1:${port}/{version}/kind-{platform}`
  return { version: 'v0.33.0', url, sha256: { [platform]: sha256 } }
}

function search(given: { named?: string; path?: string; release?: KindRelease } = {}) {
  const environment = { PATH: given.path ?? join(folder, 'empty') }
  const cacheFolder = join(folder, 'cache')
  return findKind(
    { named: given.named, environment, cacheFolder, release: given.release ?? release() },
    (event) => events.push(event),
    signal,
  )
}

function program(path: string, version: string): string {
  mkdirSync(join(folder, path), { recursive: true })
  const file = join(folder, path, 'kind')
  writeFileSync(file, `#!/bin/sh\necho 'kind ${version} go1.26.8 linux/amd64'\n`, { mode: 0o755 })
  return file
}

it('pins a release with a checksum for every platform that it is built for', () => {
  expect(Object.keys(KIND_RELEASE.sha256).sort()).toEqual([
    'darwin-amd64',
    'darwin-arm64',
    'linux-amd64',
    'linux-arm64',
  ])
  expect(new Set(Object.values(KIND_RELEASE.sha256)).size).toBe(4)
  expect(kindDownload(KIND_RELEASE, 'darwin', 'arm64').url).toBe(
    'https://github.com/kubernetes-sigs/kind/releases/download/v0.33.0/kind-darwin-arm64',
  )
})

it.each([
  ['linux', 'riscv64'],
  ['win32', 'x64'],
  ['constructor', 'x64'],
])('refuses %s-%s, of which no checksum is known', (system, processor) => {
  expect(() => kindDownload(KIND_RELEASE, system, processor)).toThrow('no checksum of kind v0.33.0')
})

it('reads versions, and says which will do', () => {
  expect(readKindVersion('kind v0.33.0 go1.26.8 linux/amd64\n')).toBe('v0.33.0')
  expect(readKindVersion('kind v0.34.0-alpha+1a2b3c go1.26.8 linux/amd64')).toBe('v0.34.0-alpha+1a2b3c')
  expect(readKindVersion('gcloud 1.2.3')).toBeUndefined()
  expect(['v0.19.0', 'v0.20.0', 'v0.33.0', 'v1.0.0'].map(isUsableKind)).toEqual([false, true, true, true])
})

it('takes the named one, and nothing else', async () => {
  const named = program('mine', 'v0.30.0')
  expect(await search({ named, path: `${SYSTEM}:${join(folder, 'mine')}` })).toEqual({
    path: named,
    version: 'v0.30.0',
  })
  expect(events).toEqual([{ event: 'warning', detail: 'kind v0.30.0 is used; this program was made for v0.33.0' }])
  await expect(search({ named: program('old', 'v0.17.0'), path: SYSTEM })).rejects.toThrow('too old')
  await expect(search({ named: '/bin/true', path: SYSTEM })).rejects.toThrow('is not kind')
  await expect(search({ named: join(folder, 'absent') })).rejects.toThrow('is not kind')
  expect(asked).toEqual([])
})

it('takes the first in PATH that fits', async () => {
  const old = join(folder, 'old')
  program('old', 'v0.11.1')
  const good = program('good', 'v0.33.0')
  expect(await search({ path: `${SYSTEM}:relative:${old}:${join(folder, 'good')}` })).toEqual({
    path: good,
    version: 'v0.33.0',
  })
  expect(asked).toEqual([])
})

it('downloads the pinned release once, through redirects, and verifies it', async () => {
  const { path } = await search()
  expect(readFileSync(path, 'utf8')).toBe(BINARY)
  expect(statSync(path).mode & 0o777).toBe(0o755)
  expect(asked).toHaveLength(2)
  expect((await search()).path).toBe(path)
  expect(asked).toHaveLength(2)
  writeFileSync(path, 'damaged')
  await search()
  expect(readFileSync(path, 'utf8')).toBe(BINARY)
  expect(readdirSync(join(folder, 'cache'))).toHaveLength(1)
})

it('gives the same to two that download at the same time', async () => {
  const [one, two] = await Promise.all([search(), search()])
  expect(one).toEqual(two)
  expect(readFileSync(one.path, 'utf8')).toBe(BINARY)
})

it('runs nothing that has another checksum, and keeps nothing of it', async () => {
  answer = '#!/bin/sh\nrm -rf /\n'
  await expect(search()).rejects.toMatchObject({
    message: expect.stringMatching(/is not kind: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}$/),
  })
  expect(readdirSync(join(folder, 'cache'))).toEqual([])
})

it('says what stood in the way of a download', async () => {
  const refused = { ...release(), url: `${release().url.replace('{version}', 'absent')}` }
  await expect(search({ release: refused })).rejects.toMatchObject({
    message: expect.stringMatching(/could not be downloaded .* answered 404$/),
    remedy: expect.stringContaining('HTTPS_PROXY'),
  })
  await expect(search({ release: { ...release(), sha256: {} } })).rejects.toThrow('no checksum')
  expect(existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')) : []).toEqual([])
})

it('asks the proxy of the environment', async () => {
  const through: string[] = []
  const proxy = createServer((request, response) => {
    through.push(request.url ?? '')
    response.end(BINARY)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const elsewhere = { ...release(), url: 'http://kind.invalid/{version}/kind-{platform}' }
  const environment = { PATH: '', http_proxy: `http://127.0.0.1:${port}` }
  const wanted = { named: undefined, environment, cacheFolder: join(folder, 'cache'), release: elsewhere }
  const { path } = await findKind(wanted, () => undefined, signal)
  expect(readFileSync(path, 'utf8')).toBe(BINARY)
  expect(through[0]).toContain('http://kind.invalid/v0.33.0/kind-')
  await new Promise((resolve) => proxy.close(resolve))
})
