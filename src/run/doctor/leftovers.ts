import { abandonedRuns } from '../../cleanup/clean-up.ts'
import { permitted } from '../../install/find-installation.ts'
import { isLive, type StoredFault, spokenFault } from '../../install/live-faults.ts'
import { findResidue } from '../../install/residue.ts'
import { isAlive } from '../../kit/process-identity.ts'
import type { KubeObject, Resource } from '../../kube/kube-client.ts'
import { CONFIG_MAPS, FAULTS, PODS } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { RUN_LABEL } from '../../model/cluster/fault-object.ts'
import type { Finding } from '../../model/diagnosis.ts'
import { leaseHolder } from '../../platform/kubernetes/hold-lease.ts'
import { looked, notesOf } from './finding.ts'
import type { Place } from './place.ts'

const notes = notesOf('leftovers')
const MOST = 10

/** Runs of this machine that ended without cleaning up. */
export function localLeftovers(stateFolder: string): readonly Finding[] {
  const runs = abandonedRuns(stateFolder, isAlive)
  if (runs.length === 0) return [notes.ok('this machine', 'nothing of former runs')]
  const detail = `${runs.length} ended without cleaning up: ${capped(runs).join(', ')}`
  return [notes.warning('this machine', detail, 'Run `seaworthy cleanup`.')]
}

/** What former runs left in the preview's namespace, and what an engine left that is not installed any more. */
export async function clusterLeftovers(place: Place, isInstalled: boolean): Promise<readonly Finding[]> {
  const { namespace } = place
  const parts = await Promise.all([
    namespace === undefined ? [] : looked(notes, namespace, () => ofNamespace(place, namespace)),
    isInstalled ? [] : looked(notes, 'engine', () => ofEngine(place)),
  ])
  return parts.flat()
}

async function ofNamespace({ client, clock }: Place, namespace: string): Promise<readonly Finding[]> {
  const [holder, faults, ...objects] = await Promise.all([
    permitted(leaseHolder(client, namespace, clock)),
    permitted(client.list<StoredFault>(FAULTS, { namespace })),
    ...[PODS, CONFIG_MAPS].map(async (resource) => ({
      resource,
      found: (await permitted(client.list(resource, { namespace, labels: RUN_LABEL }))) ?? [],
    })),
  ])
  const isForeign = (run: string | undefined) => run !== holder?.run
  const live = (faults ?? []).filter((fault) => isLive(fault) && isForeign(fault.spec.run))
  const left = objects.flatMap(({ resource, found }) =>
    found
      .filter(({ metadata }) => isForeign(metadata.labels?.[RUN_LABEL]))
      .map((object) => objectFinding(resource, object, namespace)),
  )
  const findings = [...live.map((fault) => faultFinding(fault, namespace)), ...left]
  return findings.length === 0 ? [notes.ok(namespace, 'nothing of former runs')] : capFindings(findings)
}

function faultFinding(fault: StoredFault, namespace: string): Finding {
  const { run } = fault.spec
  const byHand = `\`kubectl delete fault ${fault.metadata.name} -n ${namespace}\` ends it`
  const remedy =
    run === undefined
      ? `${byHand}.`
      : `Run \`seaworthy cleanup --run ${run} --namespace ${namespace}\`; ${byHand}, too.`
  return notes.warning('fault', `${plainWords(spokenFault(fault), 200)} is on, or about to be`, remedy)
}

function objectFinding({ kind, plural }: Resource, { metadata }: KubeObject, namespace: string): Finding {
  const run = plainWords(metadata.labels?.[RUN_LABEL] ?? '', 63)
  return notes.warning(
    kind,
    `${metadata.name} was made by run ${run}, which is not the one that is here now`,
    `Run \`seaworthy cleanup --run ${run} --namespace ${namespace}\`, or \`kubectl delete ${plural} ${metadata.name} -n ${namespace}\`.`,
  )
}

/** What may not be looked at is nothing that a tenant could have left. */
async function ofEngine({ client }: Place): Promise<readonly Finding[]> {
  const residue = (await findResidue(client)).filter(({ what }) => !what.startsWith('every '))
  return capFindings(residue.map(({ what, why, remedy }) => notes.warning(what, why, remedy)))
}

function capFindings(findings: readonly Finding[]): readonly Finding[] {
  const more = findings.length - MOST
  if (more <= 0) return findings
  return [
    ...findings.slice(0, MOST),
    notes.warning('more', `${more} more of the kind`, 'Remove these, and look again.'),
  ]
}

function capped(names: readonly string[]): readonly string[] {
  return names.length > MOST ? [...names.slice(0, MOST), `${names.length - MOST} more`] : names
}
