/**
 * Names of a workload's slots: `web-1`, `web-2`, … A StatefulSet's pods have lasting names of their own, `db-0`, `db-1`, and
 * its slots have the same. Where workloads of two kinds share a name, the kind comes first: `statefulset-db-0`. Pure.
 */
export function slotNamer(workloads: readonly string[]): (workload: string, place: number) => string {
  const kindsOf = Map.groupBy(workloads, baseOf)
  return (workload, place) => {
    const base = baseOf(workload)
    const kind = kindOf(workload)
    const isShared = (kindsOf.get(base)?.length ?? 0) > 1
    return `${isShared ? `${kind.toLowerCase()}-` : ''}${base}-${kind === 'StatefulSet' ? place : place + 1}`
  }
}

function baseOf(workload: string): string {
  return workload.slice(workload.indexOf('/') + 1)
}

function kindOf(workload: string): string {
  return workload.slice(0, workload.indexOf('/'))
}
