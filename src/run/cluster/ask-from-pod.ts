import type { Clock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { PODS } from '../../kube/resources.ts'
import { plainWords } from '../../kube/server-words.ts'
import type { Ledger } from '../../model/ports.ts'
import { followLog } from '../../traffic/cluster/pod-log.ts'
import { trafficPod } from '../../traffic/cluster/pod-manifest.ts'
import { podWords, type TrafficPod } from '../../traffic/cluster/pod-words.ts'
import { type AddressCheck, type Answer, ATTEMPT_MS } from '../ask-address.ts'
import { orderText, readAnswer } from './answer-check.ts'

export interface AskPlace {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  /** Of the pod. */
  readonly name: string
  /** The program's own image. */
  readonly image: string
  readonly clock: Clock
  readonly ledger: Ledger
}

/** To be scheduled, to have its image, and to start. */
const START_LIMIT_MS = 60_000
const POLL_MS = 1_000
const MS_PER_S = 1_000
const SHOWN_CHARACTERS = 300

/**
 * Asks an address that only the cluster knows, by a pod beside the preview: it gets there as the preview's users do, by
 * the cluster's own names and rules, so that what it says is the service's own word. The check's time begins when the pod
 * does. Needs the rights of a traffic pod and no other. Throws SeaworthyError('PLATFORM') when the pod did not answer:
 * then nothing is known about the service.
 */
export async function askFromPod(check: AddressCheck, place: AskPlace, signal: AbortSignal): Promise<Answer> {
  const { client, namespace, name, clock, ledger } = place
  await ledger.write({ entry: 'object', at: clock.now(), id: name, apiVersion: 'v1', kind: 'Pod', namespace, name })
  try {
    await client.create(PODS, podOf(check, place), { signal })
    return await heardFrom(check, place, signal)
  } finally {
    await client.remove(PODS, name, namespace, { graceSeconds: 0 })
    await ledger.write({ entry: 'gone', at: clock.now(), id: name })
  }
}

function podOf(check: AddressCheck, { name, namespace, run, image }: AskPlace): KubeObject {
  return trafficPod({
    name,
    namespace,
    run,
    image,
    args: ['internal', 'check'],
    env: { SEAWORTHY_CHECK: orderText(check) },
    deadlineSeconds: Math.ceil(limitMs(check) / MS_PER_S),
  })
}

function limitMs({ withinMs }: AddressCheck): number {
  return START_LIMIT_MS + withinMs + 2 * ATTEMPT_MS
}

async function heardFrom(check: AddressCheck, place: AskPlace, signal: AbortSignal): Promise<Answer> {
  const { client, namespace, name, clock } = place
  const over = new AbortController()
  const ended = AbortSignal.any([over.signal, signal])
  const { promise: heard, resolve } = Promise.withResolvers<Answer>()
  const onLine = (line: string) => {
    const answer = readAnswer(line)
    if (answer) resolve({ ok: answer.ok, detail: plainWords(answer.detail, SHOWN_CHARACTERS) })
  }
  const following = followLog(
    client,
    { namespace, pod: name, container: 'traffic' },
    // There is no log before the pod runs.
    { onLine, onBreak: () => undefined },
    { clock, silentMs: limitMs(check), signal: ended },
  )
  try {
    return await Promise.race([heard, untilHopeless(check, place, ended)])
  } finally {
    over.abort()
    await following
  }
}

/** Never resolves. Throws when the pod is gone, has ended without a word, or its time is over; and the signal's reason. */
async function untilHopeless(check: AddressCheck, place: AskPlace, signal: AbortSignal): Promise<never> {
  const { client, namespace, name, clock } = place
  const deadline = clock.monotonic() + limitMs(check)
  let endedBefore = false
  for (;;) {
    await clock.sleep(POLL_MS, signal)
    const pod = await client.get<TrafficPod>(PODS, name, namespace, { signal })
    const hasEnded = pod === undefined || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
    // What it wrote last may still be on its way.
    if ((hasEnded && endedBefore) || clock.monotonic() > deadline) throw unanswered(place, pod)
    endedBefore = hasEnded
  }
}

function unanswered({ name, namespace, image }: AskPlace, pod: TrafficPod | undefined): SeaworthyError {
  const why = pod ? podWords(pod) : 'it is gone'
  return new SeaworthyError('PLATFORM', `the pod that asks for a check said nothing: ${why}`, {
    target: name,
    remedy: `Look at it while the check is on: kubectl -n ${namespace} describe pod ${name}. Its image is ${image}.`,
  })
}
