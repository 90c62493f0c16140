import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import { durationMs } from '../kit/scalars.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { ClusterFacts } from '../model/cluster/recipe.ts'
import type { Effect } from '../model/effect.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { WORKLOAD_BY_API } from './parts/cluster-kinds.ts'
import { contentKey, SHORTEST_PERIOD_MS } from './parts/manifests.ts'
import { spokenAnswers, usableWays } from './parts/packets.ts'
import { spokenMs } from './parts/words.ts'

/**
 * Where each kind of policy names the pods that it is for; the target's labels are written there, so that a policy of any
 * content is for the target and nobody else.
 */
const KINDS = {
  'networking.k8s.io/v1 NetworkPolicy': (labels: Labels) => ({ podSelector: { matchLabels: labels } }),
  'cilium.io/v2 CiliumNetworkPolicy': (labels: Labels) => ({ endpointSelector: { matchLabels: labels } }),
  'security.istio.io/v1 AuthorizationPolicy': (labels: Labels) => ({ selector: { matchLabels: labels } }),
} as const
type Labels = Readonly<Record<string, string>>
type Kind = keyof typeof KINDS
const SELECTORS: readonly string[] = [
  'podSelector',
  'endpointSelector',
  'selector',
  'nodeSelector',
  'targetRef',
  'targetRefs',
]

const parameters = z.lazy(() =>
  z
    .strictObject({
      deny: z
        .enum(['ingress', 'egress', 'both'])
        .optional()
        .describe(
          'Deny all traffic to the target, from it, or both, with a NetworkPolicy. Default: both, without policy.',
        ),
      policy: z
        .strictObject({
          kind: z
            .enum(Object.keys(KINDS) as [Kind, ...Kind[]])
            .default('networking.k8s.io/v1 NetworkPolicy')
            .describe('Version and kind of the object. Default: networking.k8s.io/v1 NetworkPolicy.'),
          spec: contentKey()
            .refine((spec) => SELECTORS.every((key) => !(key in spec)), {
              error: "Leave the selector out: it is set to the target's pods.",
            })
            .describe('Its spec without the selector, which is set to the pods of the target.'),
        })
        .optional()
        .describe('A policy of your own in place of deny.'),
      period: durationMs
        .refine((period) => period >= SHORTEST_PERIOD_MS, { error: 'A period is at least 1s.' })
        .optional()
        .describe('The policy comes and goes, each for half of this time. Default: it stays.'),
    })
    .refine(({ deny, policy }) => deny === undefined || policy === undefined, {
      error: 'Say deny or policy, not both.',
    }),
)
type Parameters = z.infer<typeof parameters>

/** Cuts the target off by a policy, as a wrong manifest does. */
export const networkPolicy = defineClusterFault<Parameters>({
  type: 'network-policy',
  group: 'network',
  summary: 'Puts a NetworkPolicy, or an object like it, on the pods of a workload; it may come and go with a period.',
  notes: {
    mechanism:
      "The controller creates the policy in the target's namespace, for the pods of the target alone, and removes it. Whether it does anything is up to the network of the cluster: many have no policies.",
    proof:
      'The policy is there, and connections that were answered before get no answer any more on any way that could be tried. A policy that nobody enforces is therefore never believed, nor one that was not probed. A policy of your own must cut what is probed: connections to the ports of the target.',
    ends: 'The controller removes the policy, at the latest at the deadline.',
    example: '{type: network-policy, target: {workload: api}, deny: ingress}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...WORKLOAD_BY_API,
    recipe: (given, facts) => ({
      actor: 'controller',
      mechanism: given.policy?.kind.split(' ')[1] ?? 'NetworkPolicy',
      actions: [{ do: 'objects', manifests: [policyFor(given, facts)], periodMs: given.period }],
    }),
    effect: (_, targets) => enforcedEffect(targets),
  },
  describe: ({ deny = 'both', policy, period }) =>
    `${policy === undefined ? `deny ${deny}` : policy.kind.split(' ')[1]}${period === undefined ? '' : `, on and off every ${spokenMs(period)}`}`,
})

/** Throws SeaworthyError('PLAN') where no labels are known: a policy without a selector is for every pod of the namespace. */
function policyFor({ deny = 'both', policy }: Parameters, { labels = {}, target }: ClusterFacts) {
  if (Object.keys(labels).length === 0)
    throw new SeaworthyError(
      'PLAN',
      `no label selects the pods of ${target.name}, so no policy can be for them alone`,
      {
        target: target.name,
        remedy: 'Name a workload whose selector has matchLabels.',
      },
    )
  const kind = policy?.kind ?? 'networking.k8s.io/v1 NetworkPolicy'
  const [apiVersion = '', name = ''] = kind.split(' ')
  const spec = policy?.spec ?? {
    policyTypes: { ingress: ['Ingress'], egress: ['Egress'], both: ['Ingress', 'Egress'] }[deny],
  }
  return { apiVersion, kind: name, metadata: {}, spec: { ...spec, ...KINDS[kind](labels) } }
}

function enforcedEffect(targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'object', ({ before, under }) => {
    const ways = usableWays(under, before, undefined)
    const there = (under.running ?? 0) > 0 || (under.restarts ?? 0) > 0
    const word = there ? 'the policy is there' : 'the policy was not seen'
    return {
      effective: there && ways.length > 0 && ways.every((way) => way.under.answered === 0),
      seen: ways.length === 0 ? `${word}; that it is enforced was not measured` : `${word}; ${spokenAnswers(ways)}`,
    }
  })
}
