import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeContext, Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import { groupsOf } from '../groups/control-group.ts'
import { containerOf } from './container-of.ts'
import { matching, processesOf } from './container-processes.ts'
import { stateOf } from './signals.ts'

/** What the container's first process is, or the first one of that name: `pid:start-time`, and whether it runs. */
export const processProber: Prober<Extract<NodeProbe, { readonly probe: 'process' }>> = {
  probe: 'process',
  read: async ({ container: name, process: pattern }, pod, context) => {
    const container = containerOf(pod, name)
    if (!container) return { state: 'gone' }
    const { restarts } = container
    const all = processesOf(container.id)
    const [first] = pattern === undefined ? all : await matching(all, pattern)
    const state = first && stateOf(first)
    if (!first || state === undefined) return { state: 'gone', restarts }
    const stopped = state === 'T' || state === 't' || isFrozen(context, container.id)
    return { identity: `${first.pid}:${first.startTime}`, state: stopped ? 'stopped' : 'running', restarts }
  },
}

/** A frozen process looks asleep: only its group knows. */
function isFrozen(context: NodeContext, containerId: string): boolean {
  const groups = groupsOf(context, containerId)
  const said = (folder: string | undefined, file: string, pattern: RegExp) => {
    try {
      return folder !== undefined && pattern.test(readFileSync(join(folder, file), 'utf8'))
    } catch {
      return false
    }
  }
  return said(groups[''], 'cgroup.events', /^frozen 1$/m) || said(groups.freezer, 'freezer.state', /^FROZEN/)
}
