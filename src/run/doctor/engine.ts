import { type EngineStatus, engineStatus } from '../../install/engine-status.ts'
import { VERSION } from '../../kit/version.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { plainWords } from '../../kube/server-words.ts'
import { SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import type { Finding } from '../../model/diagnosis.ts'
import type { ClusterNeeds } from '../../platform/kubernetes/cluster-needs.ts'
import { notesOf } from './finding.ts'

const notes = notesOf('engine')
const INSTALL = 'Let whoever runs the cluster do `seaworthy install`.'

export interface EngineLook {
  readonly status: EngineStatus
  readonly findings: readonly Finding[]
}

/** Whether the engine is there, of this version, and ready on all nodes. */
export async function lookAtEngine(client: KubeClient, needs: ClusterNeeds): Promise<EngineLook> {
  const status = await engineStatus(client, SYSTEM_NAMESPACE)
  if (needs.installs) return { status, findings: [installs(status)] }
  if (!needs.faults && !needs.nodeFaults)
    return { status, findings: [notes.skipped('engine', 'the suite has no faults for it')] }
  return { status, findings: findingsOf(status) }
}

/** What is missing or older comes with the run; whether it may bring that is known when it does. */
function installs({ installed }: EngineStatus): Finding {
  const now = installed ? `version ${plainWords(installed.version, 40)} is there` : 'it is not there yet'
  return notes.ok('engine', `${now}; with --install ensure the run brings ${VERSION}, if it has the rights to`)
}

function findingsOf({ installed, missing, daemons, controllers }: EngineStatus): readonly Finding[] {
  if (!installed)
    return [notes.problem('engine', 'it is not installed in this cluster', `${INSTALL} Or run with --install ensure.`)]
  const version = plainWords(installed.version, 40)
  const where = `version ${version} in namespace ${installed.namespace}`
  const ready = daemons.filter((daemon) => daemon.ready).length
  const parts =
    daemons.length === 0
      ? 'both parts are ready'
      : `daemon ready on ${ready} of ${daemons.length} nodes, controller ready`
  const unready = [...daemons, ...controllers].filter((part) => !part.ready)
  return [
    ...(installed.partial ? [notes.problem('engine', `${where} is there only in part`, INSTALL)] : []),
    ...(installed.version === VERSION
      ? []
      : [notes.problem('engine', `${where}, and this is ${VERSION}`, `${INSTALL} Or use seaworthy ${version}.`)]),
    ...missing.map((what) =>
      notes.problem('engine', what, `Look at its pods: \`kubectl get pods -n ${installed.namespace}\`.`),
    ),
    ...(missing.length === 0 ? unready : []).map(({ pod, node, why }) =>
      notes.warning(
        'engine',
        `${pod} on ${node ?? 'no node'} is not ready: ${plainWords(why, 200)}`,
        'Nothing on that node can be hurt until it is.',
      ),
    ),
    ...(missing.length === 0 && installed.version === VERSION && !installed.partial
      ? [notes.ok('engine', `${where}, ${parts}`)]
      : []),
  ]
}
