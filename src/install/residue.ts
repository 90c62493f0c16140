import { messageOf } from '../kit/errors.ts'
import type { KubeClient, KubeObject, Resource } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { MANAGED_BY_LABEL } from '../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../model/cluster/permission.ts'
import type { Leftover } from '../model/ledger.ts'
import { LABELLED_KINDS, spokenObject } from './resource-of.ts'

const SELECTORS = [`${PART_OF_LABEL}=${PART_OF}`, `${MANAGED_BY_LABEL}=seaworthy`]

/**
 * Every object in the cluster that carries a label of ours, by name; what could not be looked at is among it, since nobody
 * knows then. Kinds that the cluster does not serve are not there.
 */
export async function findResidue(client: KubeClient): Promise<readonly Leftover[]> {
  const found = await Promise.all(LABELLED_KINDS.map((resource) => residueOf(client, resource)))
  return found.flat()
}

async function residueOf(client: KubeClient, resource: Resource): Promise<readonly Leftover[]> {
  try {
    const lists = await Promise.all(SELECTORS.map((labels) => client.list(resource, { labels })))
    const byUid = new Map(lists.flat().map((object) => [object.metadata.uid ?? object.metadata.name, object]))
    return [...byUid.values()].map((object) => leftover(resource, object))
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return []
    return [
      {
        what: `every ${resource.kind}`,
        why: `they could not be looked at: ${messageOf(error)}`,
        remedy: `Look with \`kubectl get ${resource.plural} --all-namespaces --selector ${SELECTORS[0]}\`.`,
      },
    ]
  }
}

function leftover(resource: Resource, object: KubeObject): Leftover {
  const { name, namespace, deletionTimestamp } = object.metadata
  const where = namespace === undefined ? '' : ` --namespace ${namespace}`
  return {
    what: spokenObject(resource, object),
    why: deletionTimestamp === undefined ? 'it carries a label of Seaworthy' : 'it is being deleted and is still there',
    remedy: `Remove it with \`kubectl delete ${resource.plural}${resource.group === '' ? '' : `.${resource.group}`} ${name}${where}\`.`,
  }
}
