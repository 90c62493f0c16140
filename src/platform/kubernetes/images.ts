import type { ImageDigest } from '../../model/ports.ts'
import type { PreviewWorkload } from './preview.ts'
import type { ContainerStatus } from './shapes.ts'

/** `docker-pullable://` and the like, as older runtimes put it before. */
const SCHEME = /^[a-z-]+:\/\//
const DIGEST = /sha256:[0-9a-f]{64}$/

/**
 * The images of a preview, as the nodes say that they run them: by digest, each once, sorted. An image
 * that was loaded into the node and never pulled has no name in a registry: its digest is that of its configuration,
 * and its name the one that the pod asks for. Pure.
 */
export function imagesOf(preview: readonly PreviewWorkload[]): readonly ImageDigest[] {
  const statuses = preview
    .flatMap(({ pods }) => pods)
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
  const images = statuses.flatMap((one) => imageOf(one) ?? [])
  const byKey = new Map(images.map((image) => [`${image.name}@${image.digest}`, image]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image)
}

function imageOf({ image = '', imageID = '' }: ContainerStatus): ImageDigest | undefined {
  const id = imageID.replace(SCHEME, '')
  const digest = DIGEST.exec(id)?.[0]
  if (digest === undefined) return undefined
  const name = id.slice(0, -digest.length).replace(/@$/, '')
  return { name: name === '' ? withoutTag(image) : name, digest }
}

/** A colon after the last slash begins a tag; one before it a port. */
function withoutTag(image: string): string {
  const [name = ''] = image.split('@')
  const slash = name.lastIndexOf('/')
  const colon = name.indexOf(':', slash + 1)
  return colon < 0 ? name : name.slice(0, colon)
}
