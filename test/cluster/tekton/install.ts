import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cluster, importImage } from '../cluster.ts'
import { kubectl, tryKubectl } from '../lab/kubectl.ts'
import { inScratch } from '../parts/scratch.ts'
import { tektonParts } from '../parts/tekton.ts'
import { until } from '../tools.ts'
import { tektonImage, writeTektonImages } from './images.ts'

/** Those that make a cluster run Tasks; events, remote references and autoscaling are left out. */
const MANIFESTS = [
  /^100-namespace\//,
  /^20[01]-/,
  /^300-crds\//,
  /^500-webhooks\.yaml$/,
  /^clusterrole-/,
  /^config-/,
  /^controller\.yaml$/,
  /^webhook\.yaml$/,
]
/** For steps with `script`, of which the Tasks have none; the flag wants a name all the same. */
const SHELL_IMAGE = 'docker.io/local/base-small:1'

/** Tekton's own controller and webhook from its own manifests, in a cluster of ours. Returns when admission answers. */
export async function installTekton(cluster: Cluster, number: number): Promise<void> {
  const manifests = manifestsOf(join(await tektonParts(), 'config'))
  await inScratch(async (scratch) => {
    const archive = join(scratch, 'tekton.tar')
    await writeTektonImages(archive)
    await importImage(archive, number)
    const file = join(scratch, 'tekton.yaml')
    writeFileSync(file, manifests)
    await kubectl(cluster, 'apply', '--server-side', '--filename', file)
  })
  await kubectl(
    cluster,
    '--namespace=tekton-pipelines',
    'wait',
    'deployment',
    '--all',
    '--for=condition=Available',
    '--timeout=55s',
  )
  await admissionAnswers(cluster)
}

/** Its probe is answered before its admission port listens: only the webhook itself can say that it is there. */
async function admissionAnswers(cluster: Cluster): Promise<void> {
  const probe = {
    apiVersion: 'tekton.dev/v1',
    kind: 'Task',
    metadata: { name: 'probe', namespace: 'default' },
    spec: { steps: [{ name: 'probe', image: 'none', command: ['none'] }] },
  }
  await until('the webhook of Tekton to answer', async () => {
    const { exitCode } = await tryKubectl(cluster, ['apply', '--dry-run=server', '--filename=-'], {
      input: JSON.stringify(probe),
    })
    return exitCode === 0 ? true : undefined
  })
}

function manifestsOf(config: string): string {
  const files = readdirSync(config, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && MANIFESTS.some((pattern) => pattern.test(file)))
    .sort()
  return files.map((file) => adapted(readFileSync(join(config, file), 'utf8'))).join('\n---\n')
}

/** The images that were built here, and probes that ask at once. */
function adapted(manifest: string): string {
  return manifest
    .replace(/ko:\/\/github\.com\/tektoncd\/pipeline\/cmd\/([a-z]+)/g, (_, program: string) => tektonImage(program))
    .replace(/"(-shell-image(?:-win)?)", "[^"]*"/g, `"$1", "${SHELL_IMAGE}"`)
    .replaceAll('initialDelaySeconds: 5', 'initialDelaySeconds: 0')
    .replaceAll('periodSeconds: 10', 'periodSeconds: 1')
}
