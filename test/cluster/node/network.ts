import type { Identity } from '../../../src/kit/process-identity.ts'
import type { NodeShape, Shape } from '../shape.ts'
import { run } from '../tools.ts'

/**
 * Links the machine with node 1, and node 1 with node 2. No namespace has a default route: what is not of this cluster
 * has nowhere to go. All of it goes with the nodes' namespaces.
 */
export async function linkNodes(shape: Shape, [init1, init2]: readonly [Identity, Identity]): Promise<void> {
  const [node1, node2] = shape.nodes
  const { link } = shape
  await ip(['link', 'add', link.name, 'type', 'veth', 'peer', 'name', 'machine', 'netns', String(init1.pid)])
  await ipIn(init1, ['link', 'add', 'nodes', 'type', 'veth', 'peer', 'name', 'nodes', 'netns', String(init2.pid)])

  await ip(['address', 'add', `${link.machine}/24`, 'dev', link.name])
  await ip(['link', 'set', link.name, 'up'])
  await ipIn(init1, ['address', 'add', `${link.node}/24`, 'dev', 'machine'])
  await ipIn(init1, ['link', 'set', 'machine', 'up'])
  await nodeSide(shape, node1, init1)
  await nodeSide(shape, node2, init2)

  for (const cidr of [shape.podCidr, shape.serviceCidr, shape.nodesCidr]) {
    await ip(['route', 'add', cidr, 'via', link.node])
  }
  await ipIn(init1, ['route', 'add', node2.podCidr, 'via', node2.ip])
  await ipIn(init2, ['route', 'add', node1.podCidr, 'via', node1.ip])
  await ipIn(init2, ['route', 'add', link.cidr, 'via', node1.ip])
}

async function nodeSide(shape: Shape, node: NodeShape, init: Identity): Promise<void> {
  await ipIn(init, ['link', 'set', 'lo', 'up'])
  await ipIn(init, ['address', 'add', `${node.ip}/24`, 'dev', 'nodes'])
  await ipIn(init, ['link', 'set', 'nodes', 'up'])
  // A service address is rewritten after the route was chosen, so it needs one; whatever is not rewritten ends at the sink.
  await ipIn(init, ['link', 'add', 'sink', 'type', 'veth', 'peer', 'name', 'sink-end'])
  for (const end of ['sink', 'sink-end']) await ipIn(init, ['link', 'set', end, 'arp', 'off', 'up'])
  await ipIn(init, ['route', 'add', shape.serviceCidr, 'dev', 'sink', 'src', node.ip])
}

async function ip(args: readonly string[]): Promise<void> {
  await run('ip', args)
}

async function ipIn(init: Identity, args: readonly string[]): Promise<void> {
  await run('nsenter', ['--target', String(init.pid), '--net', '--', 'ip', ...args])
}
