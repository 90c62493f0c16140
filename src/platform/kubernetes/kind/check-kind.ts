import { isSeaworthyError, messageOf, SeaworthyError } from '../../../kit/errors.ts'
import { PROTECTED_NAMESPACES } from '../../../model/cluster/fault-object.ts'
import type { PlatformIssue } from '../../../model/ports.ts'
import type { KubernetesSystem, Suite } from '../../../model/suite.ts'
import { readManifests } from '../manifests.ts'
import { missingWorkloads } from '../missing-workloads.ts'
import { checkContainerEngine } from './check-engine.ts'
import { findInstalledKind, type KindSearch } from './find-kind.ts'
import { KIND_RELEASE, kindDownload } from './kind-release.ts'
import { checkImages } from './load-images.ts'

type Issue = Omit<PlatformIssue, 'line'>

/** What this machine lacks for a cluster of kind, and what of the suite cannot be done in a new one. Makes and downloads nothing. */
export async function checkKindPlatform(suite: Suite, search: KindSearch): Promise<readonly PlatformIssue[]> {
  const engine = await issueOf(() => checkContainerEngine(search.environment))
  const kind = await issueOf(async () => {
    const there = await findInstalledKind(search)
    if (!there) kindDownload(search.release ?? KIND_RELEASE, process.platform, process.arch)
  })
  const own = await checkSuite(suite)
  // The suite does not say on which line its system stands.
  return [...engine, ...kind, ...own].map((issue) => ({ line: 1, ...issue }))
}

async function checkSuite({ system, file }: Suite): Promise<readonly Issue[]> {
  if (system.platform !== 'kubernetes')
    return [
      {
        message: 'the suite describes processes, not a preview on Kubernetes',
        remedy: 'Give `system.namespace` and `workloads`.',
      },
    ]
  if (PROTECTED_NAMESPACES.includes(system.namespace))
    return [
      {
        message: `namespace ${system.namespace} is never broken`,
        remedy: 'Put the preview into a namespace of its own.',
      },
    ]
  const { deploy } = system
  if (!deploy)
    return [
      {
        message: 'a new cluster is empty, and the suite does not say what to deploy into it',
        remedy: 'Give `system.deploy`: images, and manifests or a command.',
      },
    ]
  const unreadable = await issueOf(async () => {
    const manifests = await readManifests(deploy.manifests, file)
    requireWorkloads(system, [...new Set(manifests.map(nameOf))])
  })
  return [...checkImages(deploy.images, file), ...unreadable]
}

function nameOf({ kind, metadata }: { readonly kind: string; readonly metadata: { readonly name: string } }): string {
  return `${kind}/${metadata.name}`
}

function requireWorkloads(system: KubernetesSystem, coming: readonly string[]): void {
  const missing = missingWorkloads(system, coming)
  const [first] = missing
  if (first === undefined) return
  const names = missing.join(', ')
  if (system.deploy?.command !== undefined)
    throw new SeaworthyError('PLATFORM', `nothing in the suite says how many pods of ${names} its command brings`, {
      remedy: `Say it: \`system.deploy.brings: {${first}: 2}\`, or give the manifest.`,
    })
  throw new SeaworthyError('PLATFORM', `no manifest of the suite brings ${names}`, {
    remedy: `Correct \`system.workloads\`, or deploy it. The manifests bring ${coming.join(', ') || 'nothing'}.`,
  })
}

async function issueOf(look: () => Promise<void>): Promise<readonly Issue[]> {
  try {
    await look()
    return []
  } catch (error) {
    if (!isSeaworthyError(error)) throw error
    return [{ message: messageOf(error), remedy: error.remedy ?? 'Correct it, and start again.' }]
  }
}
