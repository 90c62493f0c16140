import type { EngineStatus } from '../../install/engine-status.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { NODES } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { ALLOW_LABEL } from '../../model/cluster/fault-object.ts'
import type { Finding } from '../../model/diagnosis.ts'
import { checkNodes } from '../../platform/kubernetes/preflight.ts'
import { conditionOf, type Node } from '../../platform/kubernetes/shapes.ts'
import { impossible, readAbilities, spokenAbilities } from './abilities.ts'
import { looked, notesOf } from './finding.ts'
import type { Place } from './place.ts'

const notes = notesOf('nodes')

/** Each node: whether it is ready, and what its daemon found that it can do. `types`: fault types of the suite. */
export async function nodeFindings(
  place: Place,
  { installed, daemons }: EngineStatus,
  types: readonly string[] | undefined,
): Promise<readonly Finding[]> {
  const nodes = await listed(place)
  const names = nodes?.map(({ metadata }) => metadata.name) ?? daemons.flatMap(({ node }) => node ?? [])
  if (names.length === 0) return [notes.skipped('nodes', 'not allowed to list them, which a run need not be')]
  const each = names.map((name) =>
    looked(notes, name, async () => {
      const node = nodes?.find(({ metadata }) => metadata.name === name)
      if (node && conditionOf(node.status?.conditions, 'Ready')?.status !== 'True') return []
      const pod = daemons.find((daemon) => daemon.node === name && daemon.ready)?.pod
      if (!installed || pod === undefined) return [bareFinding(name, node, daemons.length > 0)]
      return [await abilityFinding(place, name, installed.namespace, pod, types)]
    }),
  )
  const unready = notes.issues('nodes', await checkNodes(place.client))
  return [...(await Promise.all(each)).flat(), ...unready, ...permission(place, nodes)]
}

async function listed({ client }: Place): Promise<readonly Node[] | undefined> {
  try {
    return await client.list<Node>(NODES)
  } catch (error) {
    if (error instanceof KubeError && error.status === 403) return undefined
    throw error
  }
}

/** What the node itself says, where no daemon can be asked. */
function bareFinding(name: string, node: Node | undefined, hasDaemons: boolean): Finding {
  const { kernelVersion = 'unknown', architecture = 'unknown' } = node?.status?.nodeInfo ?? {}
  const facts = `ready, Linux ${plainWords(kernelVersion, 80)} ${plainWords(architecture, 20)}`
  return notes.skipped(
    name,
    `${facts}; ${hasDaemons ? 'no daemon is ready there' : 'no daemon is there'} to ask what it can do`,
  )
}

async function abilityFinding(
  { client }: Place,
  name: string,
  namespace: string,
  pod: string,
  types: readonly string[] | undefined,
): Promise<Finding> {
  const able = await readAbilities(client, namespace, pod)
  if ('unknown' in able) return notes.skipped(name, `what it can do is not known: ${able.unknown}`)
  const lacks = impossible(able, types)
  if (lacks.length === 0) return notes.ok(name, spokenAbilities(able))
  const detail = `${spokenAbilities(able)}. It cannot do ${lacks.join('; ')}`
  return notes.warning(
    name,
    detail,
    'Load the kernel modules there (linux-modules-extra on Ubuntu), or keep such targets off it.',
  )
}

/** Node faults need the consent of the node itself. */
function permission({ needs }: Place, nodes: readonly Node[] | undefined): readonly Finding[] {
  if (!needs.nodeFaults || nodes === undefined) return []
  const willing = nodes.filter(({ metadata }) => metadata.labels?.[ALLOW_LABEL] === 'true')
  const said = `${willing.length} of ${nodes.length} nodes permit faults`
  const remedy = `Permit them where it may be done: \`kubectl label node NAME ${ALLOW_LABEL}=true\`.`
  if (willing.length === 0) return [notes.problem('node faults', said, remedy)]
  return willing.length === nodes.length
    ? [notes.ok('node faults', said)]
    : [notes.warning('node faults', said, remedy)]
}
