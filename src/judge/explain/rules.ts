import { milliseconds, percent, whole } from '../words.ts'
import { badShare, countOf, longestStretch, medianMs, parameter, type Scene } from './scene.ts'

export interface Explanation {
  readonly why: string
  readonly hint: { readonly code: string; readonly text: string }
}

interface Rule {
  readonly code: string
  /** What was measured and what to do, or undefined where the numbers do not show it. */
  readonly look: (scene: Scene) => { readonly why: string; readonly text: string } | undefined
}

/** Ends replicas; a platform starts them again. */
const KILLS = new Set([
  'pod-kill',
  'pod-failure',
  'process-kill',
  'container-kill',
  'evict',
  'rollout-restart',
  'node-drain',
  'node-reboot',
])
/** Lets an answer come late, or never. */
const SILENCES = new Set([
  'network-partition',
  'network-delay',
  'network-loss',
  'network-bandwidth',
  'http-delay',
  'process-pause',
  'connection-exhaust',
])
/** Takes a dependency away. */
const REMOVALS = new Set(['network-partition', 'pod-failure', 'http-abort', 'dns-error', 'network-policy'])
/** Makes work slower than it comes in. */
const SLOWDOWNS = new Set([...SILENCES, 'cpu-stress', 'memory-stress', 'io-delay', 'io-throttle'])

/** Fewer than this are an anecdote. */
const FEW = 5
const MOST = 0.8
const RESET = /^connection (reset|refused)$/
const SERVER_ERROR = /^status 5\d\d$/

/** From the most particular to the most general; the first that the numbers show is said. */
export const RULES: readonly Rule[] = [
  { code: 'NOT_READY_YET', look: readyTooEarly },
  { code: 'UNBOUNDED_QUEUE', look: backlog },
  { code: 'RETRY_STORM', look: retryStorm },
  { code: 'SINGLE_REPLICA', look: singleReplica },
  { code: 'NO_DRAIN', look: noDrain },
  { code: 'NO_RETRY', look: noRetryAfterKill },
  { code: 'NO_RETRY', look: noRetryAfterError },
  { code: 'SEQUENTIAL_CALLS', look: sequentialCalls },
  { code: 'NO_TIMEOUT', look: noTimeout },
  { code: 'NO_FALLBACK', look: noFallback },
]

function readyTooEarly(scene: Scene) {
  const { fault, facts, slices, sliceMs } = scene
  const [last] = [...facts.context.readyAgain].sort((one, other) => other.atMs - one.atMs)
  const injectedAtMs = facts.evidence.find((one) => one.fault === fault.id)?.injectedAtMs
  if (!KILLS.has(fault.type) || !last || injectedAtMs === undefined || last.atMs < injectedAtMs) return undefined
  const later = slices.filter(({ startMs }) => startMs >= last.atMs)
  const failing = later.slice(
    0,
    later.findIndex((slice) => badShare(slice) < 0.1),
  )
  const failed = failing.reduce((sum, { bad }) => sum + bad, 0)
  if (failing.length < 2 || failed < FEW) return undefined
  const why = `${last.replica} was ready again after ${milliseconds(last.atMs - injectedAtMs)}, and requests went on failing for ${milliseconds(failing.length * sliceMs)} more`
  return { why, text: `let ${fault.workload} report ready only when it can answer requests` }
}

function backlog(scene: Scene) {
  const { fault, facts, judged, slices, sliceMs } = scene
  if (!SLOWDOWNS.has(fault.type) || judged.recovery === null) return undefined
  // After anything longer some backlog is only natural, as long as it is worked off in the time that is allowed.
  if (judged.recovery.verdict !== 'fail' && !isShortDelay(scene)) return undefined
  const after = slices.filter(({ window }) => window === 'recovery')
  const back = after.findIndex((slice) => badShare(slice) < 0.01)
  const failing = back < 0 ? after : after.slice(0, back)
  const answered = failing.reduce((sum, { n, bad }) => sum + n - bad, 0)
  const { recovery } = facts.context.failures
  const timeouts = recovery.filter(({ what }) => what === 'timeout').reduce((sum, { count }) => sum + count, 0)
  const failed = recovery.reduce((sum, { count }) => sum + count, 0)
  if (failing.length < 3 || failed < FEW || timeouts < failed / 2) return undefined
  if (answered === 0 && !isShortDelay(scene)) return undefined
  const sign = answered > 0 ? `while ${whole(answered)} were answered` : 'though each call had only been slowed down'
  const why = `requests went on timing out for ${milliseconds(failing.length * sliceMs)} after the fault had ended, ${sign}: work had piled up`
  return { why, text: `limit how many requests ${fault.workload} holds at a time, and turn the rest away at once` }
}

/** Far below the users' own limit: a single call that waits for it cannot use that limit up. */
function isShortDelay({ fault, facts }: Scene): boolean {
  const { latency } = fault.spec.parameters
  const limitMs = facts.context.trafficTimeoutMs
  return typeof latency === 'number' && limitMs !== null && latency <= limitMs / 4
}

function retryStorm(scene: Scene) {
  const { facts, part, calls } = scene
  const { baseline, fault } = facts.windows
  const seen = facts.context.impact.find(({ service }) => service === part)
  if (!baseline || !fault || !seen || seen.baseline.n < 20 || seen.fault.bad < FEW) return undefined
  const before = seen.baseline.n / (baseline.endMs - baseline.startMs)
  const times = seen.fault.n / (fault.endMs - fault.startMs) / before
  if (times < 2) return undefined
  const why = `${part} was called ${times.toFixed(1)} times as often under the fault as before: calls that failed were made again and again`
  return { why, text: `limit how often ${calls} are made again, and wait longer each time` }
}

function singleReplica(scene: Scene) {
  const { fault, slices, sliceMs } = scene
  if (!KILLS.has(fault.type) || fault.of !== 1) return undefined
  const under = slices.filter(({ window }) => window === 'fault')
  const gone = longestStretch(under, (slice) => slice.n > 0 && badShare(slice) >= 0.5)
  if (gone.length === 0 || gone.reduce((sum, { bad }) => sum + bad, 0) < FEW) return undefined
  const why = `${fault.workload} has one replica, and requests failed for ${milliseconds(gone.length * sliceMs)} while it was gone`
  return { why, text: `run at least two replicas of ${fault.workload}` }
}

function noDrain(scene: Scene) {
  const { fault } = scene
  const graceMs = parameter(scene, 'gracePeriod') ?? 0
  const lost = lostConnections(scene)
  if (lost === undefined || graceMs <= 0) return undefined
  const why = `${lost}, though it had ${milliseconds(graceMs)} to finish`
  return { why, text: `let ${fault.workload} finish the requests that it has when it is told to stop` }
}

function noRetryAfterKill(scene: Scene) {
  const why = lostConnections(scene)
  return why === undefined ? undefined : { why, text: `make ${scene.calls} once more when their connection is reset` }
}

/** Failures that are lost connections, in the few slices around a kill that left other replicas. */
function lostConnections(scene: Scene): string | undefined {
  const { fault, failed, requests, slices } = scene
  const resets = countOf(scene, (what) => RESET.test(what))
  const under = slices.filter(({ window }) => window === 'fault')
  const touched = under.filter(({ bad }) => bad > 0).length
  const partial = KILLS.has(fault.type) && fault.replicas.length < fault.of
  if (!partial || resets < FEW || resets < MOST * failed || touched === 0 || touched > 0.2 * under.length)
    return undefined
  return `${whole(resets)} of ${whole(requests)} requests lost their connection while ${fault.replicas.join(' and ')} was gone`
}

function noRetryAfterError(scene: Scene) {
  const { fault, failed, requests, part, calls, atEntry } = scene
  const share = parameter(scene, 'share')
  if (fault.type !== 'http-abort' || atEntry || share === undefined || share <= 0 || share >= 0.95) return undefined
  if (requests === 0 || failed < FEW || Math.abs(failed / requests - share) > 0.2 * share) return undefined
  const why = `${percent(failed / requests)} of requests failed, as many as ${part} was made to refuse (${percent(share)}): what failed was not tried again`
  return { why, text: `make ${calls} once more when they fail, after a short wait` }
}

function sequentialCalls(scene: Scene) {
  const { fault, calls, part } = scene
  const delayMs = parameter(scene, 'latency')
  const [before, under] = [medianMs(scene, 'baseline'), medianMs(scene, 'fault')]
  const always =
    fault.type === 'network-delay' || (fault.type === 'http-delay' && (parameter(scene, 'share') ?? 1) === 1)
  if (!always || delayMs === undefined || delayMs < 20 || before === undefined || under === undefined) return undefined
  const times = (under - before) / delayMs
  const calledTimes = Math.round(times)
  if (calledTimes < 2 || calledTimes > 10 || Math.abs(times - calledTimes) > 0.2) return undefined
  const why = `a delay of ${milliseconds(delayMs)} made the median request ${milliseconds(under - before)} slower: ${calledTimes} calls to ${part} wait for each other`
  return { why, text: `send ${calls} at the same time, or make one do` }
}

function noTimeout(scene: Scene) {
  const { fault, failed, requests, facts, part, calls, atEntry } = scene
  const limitMs = facts.context.trafficTimeoutMs
  const timeouts = countOf(scene, (what) => what === 'timeout')
  if (!SILENCES.has(fault.type) || atEntry || limitMs === null || isShortDelay(scene)) return undefined
  if (timeouts < FEW || timeouts < MOST * failed) return undefined
  const which = timeouts === failed ? 'all' : whole(timeouts)
  const why = `${whole(failed)} of ${whole(requests)} requests failed, ${which} at exactly ${milliseconds(limitMs)}, the traffic's own limit: something waits for ${part} without a limit of its own`
  return { why, text: `give ${calls} a timeout well under ${milliseconds(limitMs)}` }
}

function noFallback(scene: Scene) {
  const { fault, failed, requests, part, atEntry } = scene
  const errors = countOf(scene, (what) => SERVER_ERROR.test(what))
  if (!REMOVALS.has(fault.type) || atEntry || requests === 0) return undefined
  if (errors < FEW || errors < MOST * failed || failed < 0.5 * requests) return undefined
  const why = `${whole(errors)} of ${whole(requests)} requests were answered with an error while ${part} could not be used`
  return { why, text: `let those who call ${part} answer without it when it does not answer` }
}
