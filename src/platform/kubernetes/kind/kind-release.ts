import { SeaworthyError } from '../../../kit/errors.ts'
import release from './kind-release.json' with { type: 'json' }

/** One release of kind: where its binaries are, and the SHA-256 that each must have. */
export interface KindRelease {
  readonly version: string
  /** With `{version}` and `{platform}`. */
  readonly url: string
  /** By platform, such as `linux-amd64`. */
  readonly sha256: Readonly<Record<string, string>>
}

/** The release that this program was made for. Its checksums are those that kind publishes beside its binaries. */
export const KIND_RELEASE: KindRelease = release

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

export interface KindDownload {
  readonly url: string
  readonly sha256: string
  /** Of the file in the cache. */
  readonly fileName: string
}

/**
 * The binary for an operating system and processor as Node names them. Throws SeaworthyError('PLATFORM') for one without a
 * known checksum: what cannot be verified is not run.
 */
export function kindDownload(release: KindRelease, system: string, processor: string): KindDownload {
  const platform = `${system}-${ARCHITECTURES[processor] ?? processor}`
  const sha256 = Object.hasOwn(release.sha256, platform) ? release.sha256[platform] : undefined
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new SeaworthyError('PLATFORM', `no checksum of kind ${release.version} for ${platform} is known`, {
      remedy: `Install kind ${release.version} yourself, and put it in PATH or name it with --kind-binary.`,
    })
  }
  const url = release.url.replaceAll('{version}', release.version).replaceAll('{platform}', platform)
  return { url, sha256, fileName: `kind-${release.version}-${platform}` }
}

/** The oldest that is taken: older ones make nodes from images that are no longer published. */
const OLDEST_MINOR = 20

/** `kind v0.33.0 go1.26.8 linux/amd64` → `v0.33.0`; undefined when it is not what `kind version` prints. */
export function readKindVersion(text: string): string | undefined {
  return /^kind (v\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)(?:\s|$)/.exec(text)?.[1]
}

/** Whether a version of kind can be used in place of the pinned one. */
export function isUsableKind(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? []
  return Number(major) > 0 || Number(minor) >= OLDEST_MINOR
}
