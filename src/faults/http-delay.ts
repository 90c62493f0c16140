import * as z from 'zod'
import { durationMs } from '../kit/scalars.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import { httpPortsKey, REDIRECT_ENDS, REDIRECTED, redirectHttp, spokenHits } from './parts/http-cluster.ts'
import { httpMatch, httpMatchShape, spokenMatch } from './parts/http-match.ts'
import { refuseKeys } from './parts/kubernetes-keys.ts'
import { linkEffect, roundTripRise, spokenRequests, spokenRoundTrip } from './parts/link-effect.ts'
import { LINK_RULE_ENDS, spokenOther, toSchema } from './parts/links.ts'
import { requestRecipe } from './parts/request-recipe.ts'
import { ms, spokenMs } from './parts/words.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    ...httpMatchShape,
    latency: durationMs.describe('Time that a request waits before it reaches the service. No default.'),
    jitter: durationMs
      .prefault('0ms')
      .describe('How far a single wait may be from the latency, up and down. Default: 0ms.'),
    to: toSchema.describe(
      "The target's calls to this other side: `{workload: db}`. Default: the requests that the target itself gets.",
    ),
    ports: httpPortsKey(),
  }),
)

/** Of the wait that was asked for, at the median of the requests that were hit. */
const LEAST_SHARE = 0.5

/** Lets single requests wait, where network-delay slows everything on the link. */
export const httpDelay = defineFault<z.infer<typeof parameters>>({
  type: 'http-delay',
  group: 'application',
  summary: 'Holds HTTP requests back for a while before they reach the service.',
  notes: {
    mechanism: 'The links between services are proxies of the run; they hold back the requests that match.',
    proof:
      'At least one request was hit, and at the median they waited for at least half of the latency. A latency of 0 is never effective.',
    ends: LINK_RULE_ENDS,
    example: '{type: http-delay, target: {workload: api}, method: POST, latency: 1s}',
    kubernetes: {
      mechanism: `${REDIRECTED} The proxy holds back the requests that match.`,
      proof:
        'At least one request was hit, and at the median they waited for at least half of the latency; or our own took longer by that much than before. A latency of 0 is never effective.',
      ends: REDIRECT_ENDS,
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { latency: 'ms', jitter: 'ms', share: 'ratio' },
  defaultMode: 'all',
  recipe: ({ latency, jitter, to, ports, ...given }, facts) => {
    refuseKeys('http-delay', { ports })
    return requestRecipe(
      facts,
      to,
      { rule: 'http-delay', match: httpMatch(given), delayMs: latency, jitterMs: jitter, seed: facts.seed },
      latency + jitter,
    )
  },
  /** Effective where requests were held, or probes took longer, at the median by at least half of what was asked for, which is more than 0. */
  effect: ({ latency }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => ({
      effective:
        latency > 0 &&
        Math.max(
          later.requestsHit > 0 ? (later.medianHeldMs ?? 0) : 0,
          roundTripRise(later.answers, earlier?.answers) ?? 0,
        ) >=
          LEAST_SHARE * latency,
      seen: `${spokenRequests(later)}, held for ${ms(later.medianHeldMs)} ms at the median, ${spokenMs(latency)} asked for; ${spokenRoundTrip(later.answers, earlier?.answers)}`,
    })),
  cluster: {
    ...ON_PACKETS,
    recipe: ({ latency, jitter, to, ports, ...given }, facts) =>
      redirectHttp({ rule: 'delay', delayMs: latency, jitterMs: jitter }, httpMatch(given), { to, ports }, facts),
    effect: ({ latency }, targets) =>
      clusterEffect(targets, 'http', ({ before, under }) => {
        const held = (under.hit ?? 0) > 0 ? (under.medianHeldMs ?? 0) : 0
        const [was, is] = [before?.answerMedianMs, under.answerMedianMs]
        const rise = was === undefined || is === undefined ? 0 : is - was
        return {
          effective: latency > 0 && Math.max(held, rise) >= LEAST_SHARE * latency,
          seen: `${spokenHits(under)}, held for ${ms(under.medianHeldMs)} ms at the median, ${spokenMs(latency)} asked for; our own took ${ms(was)} → ${ms(is)} ms`,
        }
      }),
  },
  describe: ({ latency, jitter, to, ...given }) =>
    `${spokenMs(latency)}${jitter > 0 ? ` ± ${spokenMs(jitter)}` : ''}${spokenMatch(given)}${spokenOther(to)}`,
})
