import { messageOf } from '../kit/errors.ts'
import type { KubeClient } from '../kube/kube-client.ts'
import type { Leftover } from '../model/ledger.ts'
import { createUndoRecords, type UndoRecord } from './undo-records.ts'
import { carryOut, spokenStep, type UndoStep } from './undo-step.ts'

/** Puts back what a controller that is gone left changed in the cluster. Returns what could not be put back, by name. */
export async function undoLeftChanges(client: KubeClient, namespace: string): Promise<readonly Leftover[]> {
  const records = createUndoRecords(client, namespace)
  const all = await records.all()
  const left = new Map<string, readonly Leftover[]>(all.map(({ fault }) => [fault.uid, []]))
  for (const { fault, undo } of lastFirst(all)) {
    for (const step of undo.toReversed())
      left.set(fault.uid, [...(left.get(fault.uid) ?? []), ...(await undoOne(client, step, fault.name))])
  }
  for (const [uid, leftovers] of left) if (leftovers.length === 0) await records.remove(uid)
  return [...left.values()].flat()
}

/** Of several that changed one object, each puts back what it found. */
function lastFirst(records: readonly UndoRecord[]) {
  const targets = records.flatMap((record) => record.targets.map((target) => ({ fault: record.fault, ...target })))
  return targets.toSorted((a, b) => (b.since ?? 0) - (a.since ?? 0))
}

async function undoOne(client: KubeClient, step: UndoStep, fault: string): Promise<readonly Leftover[]> {
  try {
    await carryOut(client, step)
    return []
  } catch (error) {
    return [
      {
        what: spokenStep(step),
        why: `what fault ${fault} changed could not be put back: ${messageOf(error)}`,
        remedy: 'Put it back by hand, or uninstall again when the server answers.',
      },
    ]
  }
}
