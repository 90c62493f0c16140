import { distance } from 'fastest-levenshtein'
import { isSeaworthyError, messageOf } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { NAMESPACES } from '../../kube/resources.ts'
import { ALLOW_LABEL, PROTECTED_NAMESPACES } from '../../model/cluster/fault-object.ts'
import type { PlatformIssue } from '../../model/ports.ts'
import type { KubernetesSystem, Suite } from '../../model/suite.ts'
import { type Manifest, readManifests } from './manifests.ts'
import { missingWorkloads } from './missing-workloads.ts'
import { previewOf } from './preview.ts'
import { readNamespace } from './read-namespace.ts'

/** What this cluster lacks for this suite. Touches nothing. Throws KubeError when the server does not answer. */
export async function checkKubernetesPlatform(client: KubeClient, suite: Suite): Promise<readonly PlatformIssue[]> {
  const { system } = suite
  if (system.platform !== 'kubernetes')
    return [
      issue('the suite describes processes, not a preview on Kubernetes', 'Give `system.namespace` and `workloads`.'),
    ]
  if (PROTECTED_NAMESPACES.includes(system.namespace))
    return [issue(`namespace ${system.namespace} is never broken`, 'Put the preview into a namespace of its own.')]
  const manifests = await readManifests(system.deploy?.manifests ?? [], suite.file).catch((error: unknown) => {
    if (isSeaworthyError(error)) return issue(messageOf(error), error.remedy ?? '')
    throw error
  })
  if ('message' in manifests) return [manifests]
  const namespaceIssues = await checkNamespace(client, system, manifests)
  return namespaceIssues.length > 0 ? namespaceIssues : checkWorkloads(client, system, manifests)
}

async function checkNamespace(client: KubeClient, system: KubernetesSystem, manifests: readonly Manifest[]) {
  const { namespace } = system
  const coming = manifests.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)
  const found = await client.get(NAMESPACES, namespace)
  if (!found && !coming && system.deploy?.command === undefined)
    return [
      issue(
        `namespace ${namespace} is not there`,
        `Create it: \`kubectl create namespace ${namespace} && kubectl label namespace ${namespace} ${ALLOW_LABEL}=true\`, or put it into \`deploy.manifests\`.`,
      ),
    ]
  if (found?.metadata.deletionTimestamp !== undefined)
    return [issue(`namespace ${namespace} is being deleted`, 'Wait until it is gone, or use another one.')]
  const labels = { ...found?.metadata.labels, ...coming?.metadata.labels }
  const mayComeLater = !found && system.deploy?.command !== undefined
  if (labels[ALLOW_LABEL] === 'true' || mayComeLater) return []
  return [
    issue(
      `namespace ${namespace} does not permit that things are broken in it`,
      `Permit it: \`kubectl label namespace ${namespace} ${ALLOW_LABEL}=true\`.`,
    ),
  ]
}

async function checkWorkloads(client: KubeClient, system: KubernetesSystem, manifests: readonly Manifest[]) {
  const present = previewOf(await readNamespace(client, system.namespace)).map(({ name }) => name)
  const names = [...new Set([...present, ...manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)])]
  return missingWorkloads(system, names).map((workload) => absent(workload, system, names))
}

/** A plan without it could prove nothing, and would be told so only at its end. */
function absent(workload: string, { namespace, deploy }: KubernetesSystem, names: readonly string[]): PlatformIssue {
  const message = `there is no ${workload} in namespace ${namespace}`
  if (deploy?.command === undefined) return issue(message, nearest(workload, names))
  return issue(
    `${message}, and nothing says how many pods of it the deploy command brings`,
    `Say it: \`system.deploy.brings: {${workload}: 2}\`, or deploy it in an earlier step of the pipeline.`,
  )
}

function nearest(workload: string, names: readonly string[]): string {
  if (names.length === 0) return 'The namespace is empty: deploy the preview first, or give `system.deploy`.'
  const ranked = [...names].sort((a, b) => distance(workload, a) - distance(workload, b))
  return `Deploy it, or correct \`system.workloads\`. The nearest there: ${ranked.slice(0, 3).join(', ')}.`
}

function issue(message: string, remedy: string): PlatformIssue {
  return { line: 1, message, remedy }
}
