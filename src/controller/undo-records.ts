import * as z from 'zod'
import type { KubeClient, KubeObject } from '../kube/kube-client.ts'
import { CONFIG_MAPS } from '../kube/resources.ts'
import type { ApiAction } from '../model/cluster/api-action.ts'
import { MANAGED_BY_LABEL } from '../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../model/cluster/permission.ts'
import { COMPONENT_LABEL } from '../model/cluster/system.ts'
import type { UndoStep } from './undo-step.ts'

/** What one fault changed, and how it is put back: written before the first change, removed after the last was undone. */
export interface UndoRecord {
  readonly fault: {
    readonly kind: 'Fault' | 'NodeFault'
    readonly name: string
    readonly namespace: string | undefined
    readonly uid: string
    readonly type: string
  }
  readonly targets: readonly RecordedTarget[]
}

export interface RecordedTarget {
  readonly uid: string
  readonly name: string
  readonly action: ApiAction
  readonly undo: readonly UndoStep[]
  /** Of several on one object: in which order they came. */
  readonly since?: number | undefined
}

export interface UndoRecords {
  readonly save: (record: UndoRecord) => Promise<void>
  readonly remove: (faultUid: string) => Promise<void>
  readonly all: () => Promise<readonly UndoRecord[]>
}

const COMPONENT = 'undo-record'
const RECORD_MANAGER = 'seaworthy-controller'

interface RecordMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** Only this program writes them, and yet nothing is undone by a text that is not whole. */
const recordSchema = z.object({
  fault: z.object({
    kind: z.enum(['Fault', 'NodeFault']),
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().min(1),
    type: z.string(),
  }),
  targets: z.array(
    z.object({
      uid: z.string(),
      name: z.string(),
      action: z.looseObject({ do: z.string() }),
      undo: z.array(z.looseObject({ undo: z.enum(['fields', 'objects']) })),
      since: z.number().optional(),
    }),
  ),
})

/** Undo records as ConfigMaps in the controller's own namespace, where no tenant can reach them. */
export function createUndoRecords(client: KubeClient, namespace: string): UndoRecords {
  return {
    save: async (record) => {
      await client.apply(CONFIG_MAPS, recordMap(record, namespace), { manager: RECORD_MANAGER, force: true })
    },
    remove: async (faultUid) => {
      await client.remove(CONFIG_MAPS, nameOf(faultUid), namespace)
    },
    all: async () => {
      const labels = `${PART_OF_LABEL}=${PART_OF},${COMPONENT_LABEL}=${COMPONENT}`
      const maps = await client.list<RecordMap>(CONFIG_MAPS, { namespace, labels })
      return maps.flatMap(({ data }) => readRecord(data?.record) ?? [])
    },
  }
}

function nameOf(faultUid: string): string {
  return `seaworthy-undo-${faultUid}`
}

function recordMap(record: UndoRecord, namespace: string) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: nameOf(record.fault.uid),
      namespace,
      labels: { [PART_OF_LABEL]: PART_OF, [MANAGED_BY_LABEL]: 'seaworthy', [COMPONENT_LABEL]: COMPONENT },
    },
    data: { record: JSON.stringify(record) },
  }
}

function readRecord(text: string | undefined): UndoRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text ?? '')) as unknown as UndoRecord
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}
