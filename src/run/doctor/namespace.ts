import { NAMESPACES } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { ALLOW_LABEL, ALLOW_OPEN_LABEL, PROTECTED_NAMESPACES } from '../../model/cluster/fault-object.ts'
import type { Finding } from '../../model/diagnosis.ts'
import { checkKubernetesPlatform } from '../../platform/kubernetes/check.ts'
import { leaseHolder } from '../../platform/kubernetes/hold-lease.ts'
import { kubernetesInventory } from '../../platform/kubernetes/inventory.ts'
import { missingRules, rightsNeeded } from '../../platform/kubernetes/permissions.ts'
import { checkOpen, checkPodSecurity, ENFORCE_LABEL } from '../../platform/kubernetes/preflight.ts'
import { looked, notesOf } from './finding.ts'
import type { Place } from './place.ts'
import { planFindings } from './plan.ts'

const notes = notesOf('namespace')
const rights = notesOf('rights')

/** The preview's namespace: whether it is there, permits what the suite does, admits the run's pods, and is free. */
export async function namespaceFindings(place: Place): Promise<readonly Finding[]> {
  const { namespace } = place
  if (namespace === undefined)
    return [notes.skipped('namespace', 'none is named: give --namespace, or a suite that has one')]
  const parts = await Promise.all([
    looked(notes, namespace, () => presence(place, namespace)),
    looked(notes, 'Lease', () => leaseFindings(place, namespace)),
    looked(rights, 'rights', () => rightFindings(place, namespace)),
  ])
  return parts.flat()
}

async function presence(place: Place, namespace: string): Promise<readonly Finding[]> {
  const { client, suite, needs } = place
  const issues = suite ? await checkKubernetesPlatform(client, suite) : await bareIssues(place, namespace)
  const found = await client.get(NAMESPACES, namespace)
  const labels = found?.metadata.labels ?? {}
  const isOpen = labels[ALLOW_OPEN_LABEL] === 'true'
  const permits = isOpen ? 'permits faults, open-ended ones as well' : 'permits faults'
  return [
    ...(issues.length > 0
      ? notes.issues(namespace, issues)
      : [notes.ok(namespace, found ? `is there and ${permits}` : 'comes with what the suite deploys')]),
    ...notes.issues('open faults', await checkOpen(client, namespace, needs)),
    ...(found ? await securityFindings(place, namespace, labels[ENFORCE_LABEL]) : []),
    ...(suite && issues.length === 0 ? await planFindings(suite, () => kubernetesInventory(client, suite)) : []),
  ]
}

async function bareIssues({ client }: Place, namespace: string) {
  if (PROTECTED_NAMESPACES.includes(namespace))
    return [{ line: 1, message: 'is never broken', remedy: 'Name the namespace of a preview.' }]
  const found = await client.get(NAMESPACES, namespace)
  const label = `\`kubectl label namespace ${namespace} ${ALLOW_LABEL}=true\``
  if (!found) return [{ line: 1, message: 'is not there', remedy: `Create it, and permit faults: ${label}.` }]
  if (found.metadata.deletionTimestamp !== undefined)
    return [{ line: 1, message: 'is being deleted', remedy: 'Wait until it is gone, or name another one.' }]
  if (found.metadata.labels?.[ALLOW_LABEL] === 'true') return []
  return [{ line: 1, message: 'does not permit that things are broken in it', remedy: `Permit it: ${label}.` }]
}

/** Who names no level gets the cluster's own, which cannot be read. */
async function securityFindings(
  { client, needs }: Place,
  namespace: string,
  enforced: string | undefined,
): Promise<readonly Finding[]> {
  const issues = await checkPodSecurity(client, namespace, needs)
  if (issues.length > 0) return notes.issues('pod security', issues)
  const said = enforced === undefined ? 'no level is enforced by a label' : `${plainWords(enforced, 40)} is enforced`
  const pods = needs.pods ? `the run's pods fit into ${needs.podSecurity}` : 'the run has no pods there'
  return [notes.ok('pod security', `${said}; ${pods}`)]
}

async function leaseFindings({ client, clock }: Place, namespace: string): Promise<readonly Finding[]> {
  const holder = await leaseHolder(client, namespace, clock)
  if (!holder) return [notes.ok('Lease', 'nobody holds it')]
  return [
    notes.problem(
      'Lease',
      holder.words,
      `Wait for it: one run at a time. If it is dead, its right ends ${holder.ends}.`,
    ),
  ]
}

/** Each right that the run uses, asked of the server one by one. */
async function rightFindings({ client, needs }: Place, namespace: string): Promise<readonly Finding[]> {
  const needed = rightsNeeded(namespace, needs)
  const missing = await missingRules(client, needed)
  if (missing.length === 0) return [rights.ok('rights', `all ${needed.length} that a run uses are granted`)]
  return [
    ...missing.map(({ what, remedy }) => rights.problem('rights', plainWords(what, 300), remedy)),
    ...(missing.length < MANY ? [] : [bindAll(namespace)]),
  ]
}
const MANY = 3

function bindAll(namespace: string): Finding {
  return rights.warning(
    'rights',
    'most of them come with the ClusterRole `seaworthy-user`',
    `Bind it: \`kubectl create rolebinding gate --clusterrole seaworthy-user --namespace ${namespace} --user …\` (or \`--serviceaccount NAMESPACE:NAME\`).`,
  )
}
