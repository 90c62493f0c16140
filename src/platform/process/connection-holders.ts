import type { Action, Reading } from '../../model/recipe.ts'
import { LOOPBACK } from './free-ports.ts'
import { type IdleConnections, openIdleConnections } from './idle-connections.ts'
import type { ServiceGroup } from './service-group.ts'

type OpenAction = Extract<Action, { readonly do: 'open-connections' }>
type ConnectionsReading = Extract<Reading, { readonly probe: 'connections' }>

/** Idle connections by the id of their fault. */
export interface ConnectionHolders {
  /** Resolves when each connection has been tried once. Idempotent. */
  readonly open: (action: OpenAction) => Promise<void>
  readonly close: (id: string) => void
  readonly read: (id: string) => ConnectionsReading
  readonly closeAll: () => void
  readonly active: () => readonly string[]
}

/** Connections go to the chosen replicas directly, past every link, whether these are ready or not. */
export function createConnectionHolders(group: ServiceGroup): ConnectionHolders {
  const holders = new Map<string, IdleConnections>()
  const targets =
    ({ workload, replicas }: OpenAction) =>
    () =>
      group.of(workload).flatMap(({ name, spec, ports }) => {
        const port = ports[spec.ports[0] ?? '']
        return replicas.includes(name) && port !== undefined ? [{ host: LOOPBACK, port }] : []
      })
  return {
    open: async (action) => {
      const holder = holders.get(action.id) ?? openIdleConnections({ count: action.count, targets: targets(action) })
      holders.set(action.id, holder)
      await holder.tried
    },
    close: (id) => {
      holders.get(id)?.close()
      holders.delete(id)
    },
    closeAll: () => {
      for (const holder of holders.values()) holder.close()
      holders.clear()
    },
    read: (id) => ({ probe: 'connections', ...(holders.get(id)?.count() ?? { open: 0, refused: 0 }) }),
    active: () => [...holders.keys()].map((id) => `connections ${id}`),
  }
}
