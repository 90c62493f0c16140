import type { Snapshot } from '../../model/ports.ts'
import type { Machinery } from './executor.ts'
import { processTable } from './process-table.ts'
import { membersOf } from './process-tree.ts'
import type { Replica } from './replica.ts'

/** Who runs now, and every rule, stressor, held or stopped process that is in force. */
export async function takeSnapshot({ group, links, stressors, connections }: Machinery): Promise<Snapshot> {
  const { replicas } = group
  return {
    replicas: replicas.map(({ name, current, restarts, ready }) => ({
      replica: name,
      identity: current ? `${current.identity.pid}:${current.identity.startTime}` : 'none',
      restarts,
      ready,
    })),
    active: [
      ...links.rules().map(({ id }) => `link rule ${id}`),
      ...stressors.active(),
      ...connections.active(),
      ...replicas.filter(({ held }) => held).map(({ name }) => `${name} held down`),
      ...group.scaled.map(({ service, replicas: count }) => `${service} scaled to ${count}`),
      ...(await stoppedIn(replicas)),
    ],
  }
}

async function stoppedIn(replicas: readonly Replica[]): Promise<readonly string[]> {
  const table = await processTable()
  return replicas.flatMap(({ name, current }) => {
    const members = current ? membersOf(table, [current.identity], new Set()) : []
    return members.filter(({ stopped }) => stopped).map(({ pid }) => `${name} process ${pid} stopped`)
  })
}
