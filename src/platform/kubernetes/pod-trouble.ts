import type { KubeClient } from '../../kube/kube-client.ts'
import { pathOf } from '../../kube/paths.ts'
import { EVENTS, PODS } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import { type ClusterEvent, type ContainerStatus, conditionOf, isReady, type Pod } from './shapes.ts'

/** Why a pod is not ready, in its own and the cluster's words, and what to do about it. */
export interface Trouble {
  readonly what: string
  readonly remedy: string
  /** Waiting longer cannot help. */
  readonly hopeless: boolean
}

const LOG_LINES = 10
const HOPELESS = new Set(['InvalidImageName', 'ErrImageNeverPull'])
const IMAGE =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/
const WORDS = 400

/** From the pod alone; undefined where only events or logs could tell. Pure. */
export function visibleTrouble(pod: Pod): Trouble | undefined {
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled')
  if (scheduled?.status === 'False')
    return trouble(
      `it fits on no node: ${plainWords(scheduled.message ?? '', WORDS)}`,
      'Lower its requests, add a node, or correct its node selector, affinity and tolerations.',
    )
  for (const status of statusesOf(pod)) {
    const waiting = status.state?.waiting
    if (!waiting?.reason) continue
    const words = plainWords(waiting.message ?? '', WORDS)
    if (IMAGE.test(waiting.reason)) return imageTrouble(pod, status, waiting.reason, words)
    if (/^Create(Pod)?Container(Config)?Error$|^RunContainerError$/.test(waiting.reason))
      return trouble(
        `container ${status.name} cannot be made: ${words}`,
        'Create the ConfigMap, Secret or key that it names, or correct the command.',
      )
  }
  return undefined
}

function imageTrouble(pod: Pod, { name }: ContainerStatus, reason: string, words: string): Trouble {
  const image = pod.spec.containers.find((container) => container.name === name)?.image ?? ''
  return {
    what: `image ${plainWords(image, 200)} of container ${name} cannot be had (${reason}): ${words}`,
    remedy: 'Correct the name, push or load the image, or give the namespace a pull secret for its registry.',
    hopeless: HOPELESS.has(reason),
  }
}

/** Asks for logs and events where the pod itself does not tell. What we may not read is left out. */
export async function troubleOf(pod: Pod, client: KubeClient): Promise<Trouble> {
  const seen = visibleTrouble(pod)
  if (seen) return seen
  const crashed = statusesOf(pod).find((status) => hasEnded(status) || (isReady(pod) && hasEndedBefore(status)))
  if (crashed) return crashTrouble(pod, crashed, client)
  const event = await lastWarning(client, pod.metadata.namespace ?? '', pod.metadata.uid ?? '')
  if (event) return eventTrouble(event)
  const words = conditionOf(pod.status?.conditions, 'Ready')?.message ?? pod.status?.message ?? ''
  return trouble(
    `it is ${pod.status?.phase ?? 'unknown'}${words === '' ? '' : `: ${plainWords(words, WORDS)}`}`,
    `Look at it with \`kubectl describe pod ${pod.metadata.name} -n ${pod.metadata.namespace}\`, or give it more time with \`system.ready\`.`,
  )
}

function hasEnded({ state, lastState, ready }: ContainerStatus): boolean {
  const ended = state?.terminated ?? (state?.running ? undefined : lastState?.terminated)
  return ended !== undefined && !(ended.exitCode === 0 && ready)
}

/** It runs again, which for a pod that is ready is no comfort: it may end once more. */
function hasEndedBefore({ lastState }: ContainerStatus): boolean {
  return lastState?.terminated !== undefined
}

async function crashTrouble(pod: Pod, status: ContainerStatus, client: KubeClient): Promise<Trouble> {
  const ended = status.state?.terminated ?? status.lastState?.terminated
  const how = ended?.signal ? `signal ${ended.signal}` : `exit code ${ended?.exitCode ?? 'unknown'}`
  const reason = ended?.reason === undefined || ended.reason === 'Error' ? '' : ` (${ended.reason})`
  const log = await lastLines(pod, status, client)
  const again = status.restartCount ? `, after ${status.restartCount} restarts` : ''
  const said =
    log.length === 0 ? 'It printed nothing.' : `Its last words:\n${log.map((line) => `  ${line}`).join('\n')}`
  return trouble(
    `container ${status.name} ended with ${how}${reason}${again}. ${said}`,
    ended?.reason === 'OOMKilled'
      ? 'Raise its memory limit, or let it use less.'
      : `Read its log: \`kubectl logs ${pod.metadata.name} -c ${status.name} -n ${pod.metadata.namespace} --previous\`.`,
  )
}

async function lastLines(pod: Pod, status: ContainerStatus, client: KubeClient): Promise<readonly string[]> {
  const isPrevious = status.state?.terminated === undefined
  const answer = await client
    .raw({
      method: 'GET',
      path: pathOf(PODS, pod.metadata.namespace, pod.metadata.name, 'log'),
      query: {
        container: status.name,
        tailLines: String(LOG_LINES),
        limitBytes: '16384',
        ...(isPrevious ? { previous: 'true' } : {}),
      },
      timeoutMs: 10_000,
    })
    .catch(() => undefined)
  if (answer?.status !== 200) return []
  const lines = answer.body.toString('utf8').split('\n')
  return lines.map((line) => plainWords(line, 300)).filter((line) => line !== '')
}

function eventTrouble(event: ClusterEvent): Trouble {
  const words = plainWords(event.message ?? '', WORDS)
  if (event.reason === 'Unhealthy')
    return trouble(words, 'Correct the probe, or what it asks for; a slow start needs a startupProbe.')
  if (event.reason === 'FailedMount' || event.reason === 'FailedAttachVolume')
    return trouble(words, 'Create what the volume names, or correct the volume.')
  return trouble(`${event.reason ?? 'Warning'}: ${words}`, 'Look at the events of the pod with `kubectl describe pod`.')
}

/** The newest warning about an object, such as a failed probe; undefined where there is none or we may not look. */
export async function lastWarning(
  client: KubeClient,
  namespace: string,
  uid: string,
): Promise<ClusterEvent | undefined> {
  const fields = `involvedObject.uid=${uid},type=Warning`
  const events = await client
    .list<ClusterEvent>(EVENTS, { namespace, fields }, { timeoutMs: 10_000 })
    .catch((): readonly ClusterEvent[] => [])
  const at = (event: ClusterEvent) =>
    Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '') || 0
  return [...events].sort((a, b) => at(b) - at(a))[0]
}

function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
}

/** The pod of a workload that says most about why it is not ready, or does not stay so. */
export function worstPod(pods: readonly Pod[]): Pod | undefined {
  const living = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const unready = living.filter((pod) => !isReady(pod))
  return (
    unready.find((pod) => visibleTrouble(pod)) ??
    unready.find((pod) => statusesOf(pod).some(hasEnded)) ??
    unready[0] ??
    living.find((pod) => statusesOf(pod).some(hasEndedBefore))
  )
}

function trouble(what: string, remedy: string): Trouble {
  return { what, remedy, hopeless: false }
}
