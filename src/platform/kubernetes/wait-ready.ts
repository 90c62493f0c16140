import { systemClock } from '../../kit/clock.ts'
import { formatDuration } from '../../kit/duration.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { plainWords } from '../../kube/server-words.ts'
import type { Emit } from '../../model/events.ts'
import type { BroughtSpec } from '../../model/suite.ts'
import { otherThanSaid } from './brought.ts'
import type { FollowedPreview } from './follow-preview.ts'
import { lastWarning, type Trouble, troubleOf, visibleTrouble, worstPod } from './pod-trouble.ts'
import type { PreviewWorkload } from './preview.ts'
import { failureOf, lacking } from './rollout.ts'
import { Settling } from './settled.ts'
import { isReady } from './shapes.ts'

export interface ReadyWait {
  readonly client: KubeClient
  readonly preview: FollowedPreview
  readonly namespace: string
  /** `Deployment/web`; all of them must be ready. */
  readonly workloads: readonly string[]
  /** How many pods some of them are to have. */
  readonly brings: readonly BroughtSpec[]
  /** The suite's, where that is said. */
  readonly file: string
  readonly withinMs: number
  readonly emit: Emit
}

const LOOK_AGAIN_MS = 1_000
/** An autoscaler that came with the workload corrects its number within two of its rounds, of 15 s each. */
const CORRECTION_MS = 30_000

/**
 * Waits until every listed workload is as its spec says and has as many pods as the suite says, and tells of each when it is.
 * Throws SeaworthyError('PLATFORM') with the words of the pod that is not ready, or with both numbers; the signal's reason.
 */
export async function waitReady(wait: ReadyWait, signal: AbortSignal): Promise<void> {
  const waiting = new Set(wait.workloads)
  const settling = new Settling()
  const otherwiseSince = new Map<string, number>()
  const deadline = systemClock.monotonic() + wait.withinMs
  for (;;) {
    signal.throwIfAborted()
    for (const name of waiting) {
      const state = stateOf(wait, name)
      if (!state.isOtherwise) otherwiseSince.delete(name)
      else if (!otherwiseSince.has(name)) otherwiseSince.set(name, systemClock.monotonic())
      if (state.lacks !== undefined) settling.forget(name)
      else if (settling.hasSettled(name, state.workload?.pods ?? [], systemClock.now())) waiting.delete(name)
      if (waiting.has(name)) continue
      wait.emit({ event: 'service.ready', service: name, replicas: state.workload?.pods.length ?? 0 })
    }
    const [first] = waiting
    if (first === undefined) return
    const hopeless = [...waiting].find((name) => isHopeless(stateOf(wait, name).workload))
    if (hopeless !== undefined) throw await notReady(wait, hopeless, 'cannot become ready')
    const oldest = systemClock.monotonic() - CORRECTION_MS
    const [wrong] = [...otherwiseSince].find(([, sinceMs]) => sinceMs <= oldest) ?? []
    if (wrong !== undefined) throw await notReady(wait, wrong, 'has another number of pods')
    const leftMs = deadline - systemClock.monotonic()
    if (leftMs <= 0) throw await notReady(wait, first, `was not ready within ${formatDuration(wait.withinMs)}`)
    await wait.preview.nextChange(Math.min(LOOK_AGAIN_MS, leftMs), signal)
  }
}

function stateOf({ preview, brings }: ReadyWait, name: string) {
  const workload = preview.workloads().find((candidate) => candidate.name === name)
  const object = preview.objects().find(({ kind, metadata }) => `${kind}/${metadata.name}` === name)
  const said = brings.find((one) => one.workload === name)
  const ownLack = lacks(workload, object)
  const isOtherwise = ownLack === undefined && said !== undefined && workload?.desired !== said.pods
  return { workload, object, said, isOtherwise, lacks: isOtherwise ? 'it has another number of pods' : ownLack }
}

function lacks(workload: PreviewWorkload | undefined, object: Parameters<typeof lacking>[0] | undefined) {
  if (!workload) return 'it is not there'
  if (object) return lacking(object)
  // A pod without a controller.
  return workload.pods.some(isReady) ? undefined : 'it is not ready'
}

function isHopeless(workload: PreviewWorkload | undefined): boolean {
  return workload?.pods.some((pod) => visibleTrouble(pod)?.hopeless) ?? false
}

async function notReady(wait: ReadyWait, name: string, what: string): Promise<SeaworthyError> {
  const state = stateOf(wait, name)
  const { said, workload, isOtherwise } = state
  if (said && (isOtherwise || !workload)) return otherThanSaid(said, workload?.desired, wait.file)
  const { what: why, remedy } = await whyNot(wait, name, state)
  return new SeaworthyError('PLATFORM', `${name} ${what}: ${state.lacks ?? 'it does not stay ready'}; ${why}`, {
    target: name,
    remedy,
  })
}

async function whyNot(
  { client, namespace }: ReadyWait,
  name: string,
  { workload, object }: ReturnType<typeof stateOf>,
): Promise<Pick<Trouble, 'what' | 'remedy'>> {
  const pod = worstPod(workload?.pods ?? [])
  if (pod) {
    const { what, remedy } = await troubleOf(pod, client)
    return { what: `pod ${pod.metadata.name}: ${what}`, remedy }
  }
  const warning = object && (await lastWarning(client, namespace, object.metadata.uid ?? ''))
  const words = plainWords((object && failureOf(object)) ?? warning?.message ?? '', 600)
  if (/exceeded quota/.test(words))
    return {
      what: `no pod could be made: ${words}`,
      remedy: `Raise the quota of namespace ${namespace}, or free some.`,
    }
  if (words !== '')
    return { what: words, remedy: `Correct what it names: \`kubectl describe ${name.toLowerCase()} -n ${namespace}\`.` }
  return {
    what: workload ? 'none of its pods says why' : 'nothing of that name was found',
    remedy: workload
      ? 'Give it more time with `system.ready`.'
      : `Deploy it into namespace ${namespace}, or correct \`system.workloads\`.`,
  }
}
