import type { KubeObject } from '../../kube/kube-client.ts'
import { JOBS } from '../../kube/resources.ts'
import type { ApiAction } from '../../model/cluster/api-action.ts'
import type { Condition } from '../objects.ts'
import { ownObject } from './object-actions.ts'
import type { ActionContext, PlannedAction, ReadingContext } from './planned-action.ts'

interface Job extends KubeObject {
  readonly status?: {
    readonly active?: number
    readonly succeeded?: number
    readonly failed?: number
    readonly conditions?: readonly Condition[]
  }
}

/** Without retries, without a token of the cluster, and with an end of its own. */
export function planJob(
  { image, command, env }: Extract<ApiAction, { do: 'job' }>,
  { client, fault, target }: ActionContext,
): PlannedAction {
  const name = `${fault.metadata.name.slice(0, 50)}-${target.uid.slice(0, 8)}`
  const manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    spec: {
      activeDeadlineSeconds: Math.max(1, Math.ceil(fault.spec.durationMs / 1_000)),
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: 'job',
              image,
              ...(command.length > 0 && { command: [...command] }),
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            },
          ],
        },
      },
    },
  }
  const job = ownObject(manifest, fault, name)
  const { namespace = '' } = fault.metadata
  return {
    undo: [{ undo: 'objects', objects: [{ resource: JOBS, name, namespace }], owner: fault.metadata.uid ?? '' }],
    perform: async () => {
      await client.create(JOBS, job)
      return undefined
    },
  }
}

export async function readJob({ client, undo }: ReadingContext) {
  const [place] = undo.flatMap((step) => (step.undo === 'objects' ? step.objects : []))
  const job = place && (await client.get<Job>(JOBS, place.name, place.namespace))
  if (!job) return { running: 0, ready: false, fact: 'there is no job' }
  const { active = 0, succeeded = 0, failed = 0, conditions = [] } = job.status ?? {}
  const failure = conditions.find(({ type, status }) => type === 'Failed' && status === 'True')
  const words = failure
    ? `failed: ${failure.reason ?? ''} ${failure.message ?? ''}`
    : `active ${active}, failed ${failed}`
  return { running: active, ready: succeeded > 0 && !failure, fact: words.trim().slice(0, 500) }
}
