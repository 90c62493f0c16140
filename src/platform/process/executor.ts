import type { Emit } from '../../model/events.ts'
import type { Executor } from '../../model/ports.ts'
import type { Action, Probe, Reading } from '../../model/recipe.ts'
import type { ConnectionHolders } from './connection-holders.ts'
import type { LinkTable } from './link/link-types.ts'
import { readLinkAnswers, readReplicaAnswers, readReplicaState } from './probes.ts'
import type { ServiceGroup } from './service-group.ts'
import { signalReplica } from './signal-replica.ts'
import type { Stressors } from './stress/stressors.ts'
import type { Warden } from './warden/warden-client.ts'

/** What a platform that is up is made of. */
export interface Machinery {
  readonly warden: Warden
  readonly group: ServiceGroup
  readonly links: LinkTable
  readonly stressors: Stressors
  readonly connections: ConnectionHolders
  readonly emit: Emit
}

/** Runs actions and probes; `machinery` throws SeaworthyError('PLATFORM') while the platform is not up. */
export function createExecutor(machinery: () => Machinery): Executor {
  return {
    run: async (action) => {
      const parts = machinery()
      // What ends a fault is done though the warden is gone: rules and connections live in this process.
      if (!endsSomething(action)) parts.warden.ensureAlive()
      await runAction(parts, action)
    },
    read: async (probe) => {
      const parts = machinery()
      parts.warden.ensureAlive()
      return readProbe(parts, probe)
    },
    crossings: (match) => machinery().links.crossings(match),
  }
}

function endsSomething(action: Action): boolean {
  if (action.do === 'signal') return action.signal === 'SIGCONT'
  if (action.do === 'scale') return action.replicas === undefined
  return ['release', 'remove-link-rule', 'stop-stress', 'close-connections'].includes(action.do)
}

async function runAction({ group, links, stressors, connections, emit }: Machinery, action: Action): Promise<void> {
  switch (action.do) {
    case 'signal':
      // A replica that was scaled away has nothing that could be stopped, and nothing to undo.
      if (action.signal === 'SIGCONT' && !group.has(action.replica)) return
      return signalReplica(group.replica(action.replica), action, emit)
    case 'hold':
      return group.replica(action.replica).hold()
    case 'release':
      if (group.has(action.replica)) group.replica(action.replica).release()
      return
    case 'scale':
      return group.scale(action.workload, action.replicas)
    case 'add-link-rule':
      return links.setRule(action.id, action.links, action.rule)
    case 'remove-link-rule':
      return links.removeRule(action.id)
    case 'start-stress':
      return stressors.start(action.id, action.stress)
    case 'stop-stress':
      return stressors.stop(action.id)
    case 'open-connections':
      return connections.open(action)
    case 'close-connections':
      return connections.close(action.id)
  }
}

async function readProbe(machinery: Machinery, probe: Probe): Promise<Reading> {
  const { group, links, stressors, connections } = machinery
  switch (probe.probe) {
    case 'replica-state':
      return {
        probe: 'replica-state',
        replicas: await Promise.all(
          probe.replicas.map((name) =>
            readReplicaState(name, group.has(name) ? group.replica(name) : undefined, probe.process),
          ),
        ),
      }
    case 'replica-answers':
      return readReplicaAnswers(
        probe.replicas.filter((name) => group.has(name)).map((name) => group.replica(name)),
        probe.attempts,
        probe.timeoutMs,
      )
    case 'link-answers':
      return {
        probe: 'link-answers',
        ...(await readLinkAnswers(links, group, probe.links, probe.attempts, probe.timeoutMs)),
      }
    case 'link-rule': {
      const answers = await readLinkAnswers(links, group, probe.links, probe.attempts, probe.timeoutMs)
      // Read last, so that what real traffic met while we were asking is in it.
      return { probe: 'link-rule', ...links.ruleCounters(probe.id), answers }
    }
    case 'replica-count': {
      const replicas = group.of(probe.workload)
      const running = replicas.filter(({ current }) => current !== undefined).length
      return { probe: 'replica-count', running, ready: replicas.filter(({ ready }) => ready).length }
    }
    case 'stress':
      return stressors.read(probe.id)
    case 'connections':
      return connections.read(probe.id)
  }
}
