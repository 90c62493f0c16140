import { readdirSync, readFileSync } from 'node:fs'
import { systemClock } from '../../kit/clock.ts'
import type { Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import { containerOf } from '../processes/container-of.ts'
import { surveyProcesses } from '../processes/survey.ts'
import { groupsOf } from './control-group.ts'
import { readUse } from './group-files.ts'

/** Ten periods of the CPU controller: shorter would measure where in a period it began. */
const INTERVAL_MS = 1_000

/**
 * What a container's group uses: cores and switches over the second that this takes, so that nothing from before the fault
 * is in it; memory without droppable cache; `throttled` counts periods since the container began. Our workers are counted too.
 */
export const groupProber: Prober<Extract<NodeProbe, { readonly probe: 'group' }>> = {
  probe: 'group',
  read: async ({ container: name }, pod, context) => {
    const container = containerOf(pod, name)
    const groups = container ? groupsOf(context, container.id) : {}
    if (!container || Object.keys(groups).length === 0) return {}
    const first = { ...readUse(groups), switches: switchesOf(container.id), at: systemClock.monotonic() }
    await systemClock.sleep(INTERVAL_MS)
    const second = { ...readUse(groups), switches: switchesOf(container.id), at: systemClock.monotonic() }
    const spanMs = second.at - first.at
    return {
      ...(first.cpuMs === undefined || second.cpuMs === undefined
        ? {}
        : { cores: Math.max(0, second.cpuMs - first.cpuMs) / spanMs }),
      ...(second.memoryBytes === undefined ? {} : { memoryBytes: second.memoryBytes }),
      ...(second.throttled === undefined ? {} : { throttled: second.throttled }),
      switchesPerSecond: (increase(first.switches, second.switches) / spanMs) * 1_000,
    }
  },
}

/** Of threads that were there both times: one that came has no count to begin with, one that went none to end with. */
function increase(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  return [...after].reduce((sum, [thread, count]) => sum + Math.max(0, count - (before.get(thread) ?? count)), 0)
}

/** Switches of every thread, wished for and not (proc_pid_status(5)). */
function switchesOf(containerId: string): ReadonlyMap<string, number> {
  const threads = surveyProcesses()
    .filter((each) => each.containerId === containerId)
    .flatMap(({ pid }) => namesIn(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`))
  return new Map(
    threads.flatMap((path) => {
      const counts = textOf(path)?.matchAll(/^(?:non)?voluntary_ctxt_switches:\s*(\d+)/gm)
      return counts ? [[path, [...counts].reduce((sum, [, count]) => sum + Number(count), 0)] as const] : []
    }),
  )
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
