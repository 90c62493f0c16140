import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { type Member, writeTar } from './tar.ts'

/** A layer: an uncompressed tar archive. Packing would only cost time between folders of one machine. */
export interface Layer {
  readonly file: string
  readonly digest: string
  readonly bytes: number
}

export interface Image {
  /** With registry and tag, such as `docker.io/local/pause:1`. */
  readonly name: string
  readonly layers: readonly Layer[]
  readonly entrypoint: readonly string[]
  readonly command?: readonly string[]
  readonly user?: string
  readonly env?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly labels?: Readonly<Record<string, string>>
  /** What asks it to end; SIGTERM where it does not say. */
  readonly stopSignal?: string
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Names a tar file as a layer. */
export async function layerOf(file: string): Promise<Layer> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return { file, digest: `sha256:${hash.digest('hex')}`, bytes: statSync(file).size }
}

/**
 * Writes images as one OCI layout archive (image-spec v1.0, image-layout.md), which `ctr images import` and newer
 * `docker load` take; with all layers also as the older Docker archive. Layers in `known` are left out: the store that
 * it is meant for has them. The same images make the same bytes.
 */
export async function writeImages(
  path: string,
  images: readonly Image[],
  known: ReadonlySet<string> = new Set(),
): Promise<void> {
  const members = new Map<string, Member>()
  const add = (member: Member) => members.set(member.name, member)
  const described = images.map((image) => describe(image))
  for (const { layers, config, manifest } of described) {
    for (const layer of layers) {
      if (!known.has(layer.digest)) add(blobMember(layer.digest, { file: layer.file }))
    }
    add(blobMember(config.digest, { text: config.text }))
    add(blobMember(manifest.digest, { text: manifest.text }))
  }
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: described.map(({ entry }) => entry) }
  add(textMember('index.json', JSON.stringify(index)))
  add(textMember('oci-layout', '{"imageLayoutVersion":"1.0.0"}'))
  if (known.size === 0) add(textMember('manifest.json', JSON.stringify(described.map(({ docker }) => docker))))
  await writeTar(path, [...members.values()])
}

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'

function describe(image: Image) {
  const { layers } = image
  const config = blob(JSON.stringify(configOf(image)))
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: config.digest, size: config.bytes },
      layers: layers.map(({ digest, bytes }) => ({ mediaType: LAYER, digest, size: bytes })),
    }),
  )
  const entry = {
    mediaType: MANIFEST,
    digest: manifest.digest,
    size: manifest.bytes,
    annotations: {
      'io.containerd.image.name': image.name,
      'org.opencontainers.image.ref.name': image.name.split(':').at(-1) ?? '',
    },
  }
  const docker = {
    Config: blobPath(config.digest),
    RepoTags: [image.name],
    Layers: layers.map(({ digest }) => blobPath(digest)),
  }
  return { layers, config, manifest, entry, docker }
}

function configOf(image: Image) {
  const env = { PATH, ...image.env }
  return {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: image.entrypoint,
      Cmd: image.command ?? [],
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...(image.user === undefined ? {} : { User: image.user }),
      ...(image.folder === undefined ? {} : { WorkingDir: image.folder }),
      ...(image.labels === undefined ? {} : { Labels: image.labels }),
      ...(image.stopSignal === undefined ? {} : { StopSignal: image.stopSignal }),
    },
    rootfs: { type: 'layers', diff_ids: image.layers.map(({ digest }) => digest) },
  }
}

function blob(text: string) {
  return {
    text,
    bytes: Buffer.byteLength(text),
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

function blobMember(digest: string, content: Extract<Member, { type: 'file' }>['content']): Member {
  return { type: 'file', name: blobPath(digest), mode: 0o644, content }
}

function textMember(name: string, text: string): Member {
  return { type: 'file', name, mode: 0o644, content: { text } }
}
