import type { KubeClient, KubeObject } from '../kube/kube-client.ts'
import { KubeError } from '../kube/kube-error.ts'
import { CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS, NAMESPACES } from '../kube/resources.ts'
import { FAULT_GROUP } from '../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../model/cluster/permission.ts'
import { DAEMON_NAME, VERSION_LABEL } from '../model/cluster/system.ts'
import { VERSION_OBJECT } from './objects/version.ts'

export interface FoundInstallation {
  readonly version: string
  readonly namespace: string
  /** The definitions are there and the daemon is not: half installed, or half removed. */
  readonly partial: boolean
}

interface VersionObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/**
 * What is installed, in whichever namespace. Whoever may not look at the whole cluster sees it by the one object that
 * everybody may read, in the namespace where it is expected. Throws KubeError when the server does not answer.
 */
export async function findInstallation(
  client: KubeClient,
  expectedNamespace: string,
): Promise<FoundInstallation | undefined> {
  const told = await permitted(client.get<VersionObject>(CONFIG_MAPS, VERSION_OBJECT, expectedNamespace))
  const daemons = await permitted(client.list(DAEMON_SETS, { labels: `${PART_OF_LABEL}=${PART_OF}` }))
  const found = await ownDaemon(client, daemons ?? [], expectedNamespace)
  if (found?.metadata.namespace !== undefined)
    return { version: versionOf(found) ?? 'unknown', namespace: found.metadata.namespace, partial: false }
  if (told && daemons === undefined)
    return { version: told.data?.version ?? 'unknown', namespace: expectedNamespace, partial: false }
  const definition = await permitted(client.get(CUSTOM_RESOURCE_DEFINITIONS, `faults.${FAULT_GROUP}`))
  if (!definition && !told) return undefined
  const version = versionOf(definition) ?? told?.data?.version ?? 'unknown'
  return { version, namespace: expectedNamespace, partial: true }
}

/** A tenant may call a DaemonSet of his as ours is called; only the namespace, which he cannot label, tells them apart. */
async function ownDaemon(
  client: KubeClient,
  daemons: readonly KubeObject[],
  expectedNamespace: string,
): Promise<KubeObject | undefined> {
  const named = daemons.filter(({ metadata }) => metadata.name === DAEMON_NAME)
  const expected = named.find(({ metadata }) => metadata.namespace === expectedNamespace)
  if (expected) return expected
  for (const daemon of named) {
    const namespace = await permitted(client.get(NAMESPACES, daemon.metadata.namespace ?? ''))
    if (namespace?.metadata.labels?.[PART_OF_LABEL] === PART_OF) return daemon
  }
  return undefined
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.labels?.[VERSION_LABEL]
}

/** Undefined where the server does not let us look, or does not know the kind. */
export async function permitted<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof KubeError && (error.status === 403 || error.status === 404)) return undefined
    throw error
  }
}
