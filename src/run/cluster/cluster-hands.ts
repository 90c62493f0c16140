import type { Clock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { discover } from '../../kube/discover.ts'
import type { KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { ENDPOINT_SLICES, PODS } from '../../kube/resources.ts'
import { MANAGED_BY_LABEL, RUN_LABEL } from '../../model/cluster/fault-object.ts'
import type { Ledger } from '../../model/ports.ts'
import { isInside } from '../../traffic/cluster/create-cluster-traffic.ts'
import { urlOf } from '../ask-address.ts'
import type { ClusterHands } from '../session.ts'
import { askFromPod } from './ask-from-pod.ts'

export interface HandsSetting {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  /** The program's own image, for pods that ask. */
  readonly image: string
  readonly clock: Clock
  readonly ledger: Ledger
}

const POLL_MS = 200
const SHOWN_CHARACTERS = 300
/** Which API a kind of a check is looked for in; the first that has it. */
const GROUPS = ['apps/v1', 'v1', 'batch/v1', 'networking.k8s.io/v1', 'autoscaling/v2', 'policy/v1']

/** What steps of a suite ask of the preview's namespace. */
export function clusterHands(setting: HandsSetting): ClusterHands {
  let pods = 0
  return {
    condition: (object, type) => conditionOf(setting, object, type),
    readyEndpoints: (service) => readyEndpoints(setting, service),
    isInside: (check) => isInside(urlOf(check), setting.namespace),
    ask: (check, signal) => askFromPod(check, { ...setting, name: `${setting.run}-check-${++pods}` }, signal),
    run: async (order, signal) => {
      const name = `${setting.run}-command-${++pods}`
      const what = `run ${order.command} in ${order.image}`
      const { ok, detail } = await runInPod(setting, name, order, signal)
      return { what, ok, detail }
    },
  }
}

interface Conditioned extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

async function conditionOf({ client, namespace }: HandsSetting, object: string, type: string) {
  const [kind = '', name = ''] = object.split('/')
  const found = await client.get<Conditioned>(await resourceOf(client, kind), name, namespace)
  if (!found) return { status: 'Unknown', detail: `there is no ${object}` }
  const condition = found.status?.conditions?.find((one) => one.type === type)
  if (!condition) return { status: 'Unknown', detail: `it has no condition ${type}` }
  return { status: condition.status, detail: `${condition.status}: ${condition.message ?? condition.reason ?? ''}` }
}

async function resourceOf(client: KubeClient, kind: string) {
  for (const apiVersion of GROUPS) {
    const found = await discover(client, apiVersion, kind).catch(() => undefined)
    if (found) return found
  }
  throw new SeaworthyError('PLATFORM', `the cluster has no kind ${kind} among ${GROUPS.join(', ')}`, {
    remedy: 'Check a workload, a pod, a job or the like.',
  })
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean }
  }[]
}

/** Pods behind a Service that are ready; each once, though slices may name it twice. */
async function readyEndpoints({ client, namespace }: HandsSetting, service: string): Promise<number> {
  const labels = `kubernetes.io/service-name=${service}`
  const slices = await client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace, labels })
  const ready = slices.flatMap(({ endpoints = [] }) =>
    endpoints.flatMap(({ addresses, conditions }) => (conditions?.ready === false ? [] : addresses)),
  )
  return new Set(ready).size
}

interface RunningPod extends KubeObject {
  readonly status?: {
    readonly phase?: string
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string }
        readonly terminated?: { readonly exitCode: number; readonly reason?: string }
      }
    }[]
  }
}

/** A command in a pod of its own, which ends by itself at the time limit and is taken away afterwards. */
async function runInPod(
  setting: HandsSetting,
  name: string,
  { command, image, timeoutMs }: { readonly command: string; readonly image: string; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const { client, namespace, clock, ledger } = setting
  await ledger.write({ entry: 'object', at: clock.now(), id: name, apiVersion: 'v1', kind: 'Pod', namespace, name })
  try {
    await client.create(PODS, commandPod(setting, name, command, image, timeoutMs), { signal })
    const deadline = clock.monotonic() + timeoutMs
    for (;;) {
      const pod = await client.get<RunningPod>(PODS, name, namespace)
      const state = pod?.status?.containerStatuses?.[0]?.state
      if (state?.terminated) return ended(setting, name, state.terminated)
      if (clock.monotonic() > deadline)
        return {
          ok: false,
          detail: `not over after ${timeoutMs} ms: ${state?.waiting?.reason ?? pod?.status?.phase ?? 'gone'}`,
        }
      await clock.sleep(POLL_MS, signal)
    }
  } finally {
    await client.remove(PODS, name, namespace, { graceSeconds: 0 })
    await ledger.write({ entry: 'gone', at: clock.now(), id: name })
  }
}

async function ended(
  { client, namespace }: HandsSetting,
  name: string,
  { exitCode, reason }: { readonly exitCode: number; readonly reason?: string },
) {
  if (exitCode === 0) return { ok: true, detail: 'exit code 0' }
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`
  const log = await client.raw({ method: 'GET', path, query: { tailLines: '5' } }).catch(() => undefined)
  const words = log?.status === 200 ? log.body.toString('utf8').trim().slice(-SHOWN_CHARACTERS) : ''
  return { ok: false, detail: `exit code ${exitCode} (${reason ?? 'no reason'})${words === '' ? '' : `: ${words}`}` }
}

function commandPod({ namespace, run }: HandsSetting, name: string, command: string, image: string, timeoutMs: number) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { [RUN_LABEL]: run, [MANAGED_BY_LABEL]: 'seaworthy' } },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: Math.ceil(timeoutMs / 1_000) + 1,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'command',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', command],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }
}
