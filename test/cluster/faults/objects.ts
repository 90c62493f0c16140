import type { KubeClient, KubeObject, Resource } from '../../../src/kube/kube-client.ts'

interface Group {
  readonly preferredVersion: { readonly groupVersion: string }
}
interface Listing {
  readonly resources: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
    readonly verbs: readonly string[]
  }[]
}

/** They say how the others are, or are made from them; faults are what is tried. */
const LEFT_OUT = ['Event', 'Endpoints', 'EndpointSlice', 'Fault', 'ControllerRevision']

/** Every kind of object that can lie in a namespace. */
export async function namespacedKinds(client: KubeClient): Promise<readonly Resource[]> {
  const read = async <T>(path: string) => JSON.parse((await client.raw({ method: 'GET', path })).body.toString()) as T
  const { groups } = await read<{ readonly groups: readonly Group[] }>('/apis')
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]
  const listings = await Promise.all(
    versions.map(async (one) => {
      const { resources } = await read<Listing>(one === 'v1' ? '/api/v1' : `/apis/${one}`)
      const [group = '', version = ''] = one === 'v1' ? ['', 'v1'] : one.split('/')
      return resources
        .filter(({ namespaced, verbs, kind }) => namespaced && verbs.includes('list') && !LEFT_OUT.includes(kind))
        .map(({ name, kind }) => ({ group, version, plural: name, kind, namespaced: true }))
    }),
  )
  return listings.flat()
}

/** All objects of a namespace, each as one line, without what changes by itself. Kinds that are named are left out. */
export async function objectsOf(
  client: KubeClient,
  kinds: readonly Resource[],
  namespace: string,
  except: readonly string[] = [],
): Promise<readonly string[]> {
  const lists = await Promise.all(
    kinds
      .filter(({ kind }) => !except.includes(kind))
      .map(async (kind) => (await client.list(kind, { namespace })).map((one) => `${kind.kind} ${essence(one)}`)),
  )
  return lists.flat().toSorted()
}

const OF_METADATA = ['resourceVersion', 'managedFields', 'generation', 'uid', 'creationTimestamp', 'ownerReferences']

/** A pod that was made again from the same template is the same; where it runs is for the scheduler to say. */
function essence(object: KubeObject): string {
  const { status: _, metadata, ...rest } = object as KubeObject & Readonly<Record<string, unknown>>
  const isGenerated = 'generateName' in metadata
  const kept = Object.entries(metadata).filter(
    ([key]) => !OF_METADATA.includes(key) && !(isGenerated && key === 'name'),
  )
  const spec = isGenerated ? { ...(rest.spec as object), nodeName: undefined } : rest.spec
  const text = JSON.stringify({ ...rest, ...(spec === undefined ? {} : { spec }), metadata: Object.fromEntries(kept) })
  return text.replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access')
}
