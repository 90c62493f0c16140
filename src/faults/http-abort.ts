import * as z from 'zod'
import { defineFault } from './define-fault.ts'
import { httpMatch, httpMatchShape, spokenMatch, statusSchema } from './parts/http-match.ts'
import { linkEffect, probesGot, spokenRequests, spokenStatus } from './parts/link-effect.ts'
import { LINK_RULE_ENDS, requestLinks, spokenOther, toSchema } from './parts/links.ts'
import { linkRuleProbe } from './parts/probes.ts'
import { counted } from './parts/words.ts'

const DEFAULT_STATUS = 503

const parameters = z.lazy(() =>
  z
    .strictObject({
      ...httpMatchShape,
      status: statusSchema.optional().describe(`Status to answer with. Default: ${DEFAULT_STATUS}, without reset.`),
      reset: z.boolean().default(false).describe('Reset the connection in place of an answer. Default: false.'),
      to: toSchema.describe(
        "The target's calls to this other side: `{workload: db}`. Default: the requests that the target itself gets.",
      ),
    })
    .refine(({ status, reset }) => !(reset && status !== undefined), { error: 'Say status or reset, not both.' })
    .transform(({ status, reset, ...given }) => ({
      ...given,
      reset,
      status: reset ? undefined : (status ?? DEFAULT_STATUS),
    })),
)

/** Answers requests in the target's place, with an error or a reset. */
export const httpAbort = defineFault<z.infer<typeof parameters>>({
  type: 'http-abort',
  group: 'application',
  summary: 'Answers HTTP requests with an error status, or resets their connection, before they reach the service.',
  notes: {
    mechanism:
      'The links between services are proxies of the run; they answer the requests that match, or reset their connection, and the service never sees them.',
    proof: 'At least one request was hit: one of the traffic, or a probe that got the error and did not before.',
    ends: LINK_RULE_ENDS,
    example: '{type: http-abort, target: {workload: api}, path: /checkout*, share: 10%, status: 503}',
  },
  platforms: ['process'],
  parameters,
  searchable: { share: 'ratio' },
  defaultMode: 'all',
  recipe: ({ to, status, ...given }, facts) => {
    const { id, links } = requestLinks(facts, to)
    return {
      mechanism: 'link proxy, HTTP/1.1',
      apply: [
        {
          do: 'add-link-rule',
          id,
          links,
          rule: { rule: 'http-abort', match: httpMatch(given), status, seed: facts.seed },
        },
      ],
      undo: [{ do: 'remove-link-rule', id }],
      expires: 'agent',
      evidence: linkRuleProbe(id, links),
      crossing: links,
    }
  },
  /** Effective where at least one request was hit, be it only a probe's: those need not match the path. */
  effect: ({ status }, before, under, facts) =>
    linkEffect(before, under, facts, (later, earlier) => {
      const { attempts, answered } = later.answers
      const probesHit =
        status === undefined
          ? answered < (earlier?.answers.answered ?? 0)
          : probesGot(status, later.answers, earlier?.answers)
      const probed =
        status === undefined
          ? `${attempts - answered} of ${counted(attempts, 'probe')} not answered`
          : spokenStatus(later.answers, status)
      return { effective: later.requestsHit > 0 || probesHit, seen: `${spokenRequests(later)}; ${probed}` }
    }),
  describe: ({ status, to, ...given }) => `${status ?? 'reset'}${spokenMatch(given)}${spokenOther(to)}`,
})
