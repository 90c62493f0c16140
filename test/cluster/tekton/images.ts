import { join } from 'node:path'
import { type Image, writeImages } from '../images/image.ts'
import { programLayer, textLayer } from '../images/layers.ts'
import { kubernetesPrograms } from '../parts/programs.ts'
import { TEKTON_PROGRAMS, tektonParts } from '../parts/tekton.ts'

export const KUBECTL_IMAGE = 'docker.io/local/kubectl:1'
/** Tekton refuses to put its own parts into a pod as root where it is told to be careful. */
const NON_ROOT = '65532:65532'

export function tektonImage(program: string): string {
  return `docker.io/local/tekton-${program}:1`
}

/** Writes the images of Tekton and of kubectl, whole: each a program and next to nothing else. */
export async function writeTektonImages(tar: string): Promise<void> {
  const programs = join(await tektonParts(), 'bin')
  const root = await textLayer('tekton-root', [
    { type: 'folder', name: 'etc', mode: 0o755 },
    { type: 'file', name: 'etc/passwd', mode: 0o644, content: { text: 'nonroot:x:65532:65532::/tmp:/sbin/nologin\n' } },
    { type: 'folder', name: 'tmp', mode: 0o777 },
  ])
  const images = TEKTON_PROGRAMS.map(async (name): Promise<Image> => {
    const path = `ko-app/${name}`
    const layers = [root, await programLayer(`tekton-${name}`, join(programs, name), path)]
    return { name: tektonImage(name), layers, entrypoint: [`/${path}`], user: NON_ROOT }
  })
  const kubectl = await programLayer('kubectl', join(await kubernetesPrograms(), 'kubectl'), 'usr/bin/kubectl')
  await writeImages(tar, [
    ...(await Promise.all(images)),
    { name: KUBECTL_IMAGE, layers: [root, kubectl], entrypoint: ['/usr/bin/kubectl'], user: NON_ROOT },
  ])
}
