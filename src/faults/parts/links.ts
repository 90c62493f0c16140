import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { TargetFacts } from '../../model/fault.ts'
import { type LinkFacts, TRAFFIC_CONSUMER } from '../../model/inventory.ts'
import type { EndMatch, LinkDirection, LinkMatch } from '../../model/recipe.ts'

/** How every fault on links ends, for the reference page. */
export const LINK_RULE_ENDS =
  "The rule is taken out of the links by the agent, at the latest at the fault's deadline; the links are part of the run's own process and cannot outlive it."

const NO_ADDRESS = 'Not an IP address or a range, such as 10.0.0.7 or 10.0.0.0/24.'
const ADDRESS_FORMS = [z.ipv4, z.ipv6, z.cidrv4, z.cidrv6] as const

const otherSideSchema = z.lazy(() =>
  z
    .strictObject({
      workload: z
        .string()
        .regex(/^(?:[A-Z][A-Za-z]{0,40}\/)?[A-Za-z0-9](?:[-._A-Za-z0-9]{0,251}[A-Za-z0-9])?$/, {
          error: 'Not a workload, such as db or Deployment/db.',
        })
        .optional()
        .describe('A workload of the suite, or `traffic` for those who play the users.'),
      address: z
        .string()
        .regex(/^[0-9a-fA-F:.]{2,45}(?:\/\d{1,3})?$/, { error: NO_ADDRESS, abort: true })
        .refine((address) => ADDRESS_FORMS.some((form) => form().safeParse(address).success), { error: NO_ADDRESS })
        .optional()
        .describe('An IP address or a range, such as 10.0.0.7 or 10.0.0.0/24.'),
      name: z
        .string()
        .regex(
          /^(?=.{1,253}$)[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*\.?$/,
          {
            error: 'Not a host name, such as api.example.com.',
          },
        )
        .optional()
        .describe('A host name.'),
    })
    .refine((to) => Object.values(to).filter((value) => value !== undefined).length === 1, {
      error: 'Name exactly one other side: workload, address or name.',
    }),
)
export type OtherSide = z.infer<typeof otherSideSchema>

export const toSchema = otherSideSchema
  .optional()
  .describe('Only the traffic with this other side: `{workload: db}`. Default: all traffic of the target.')
export const directionSchema = z
  .enum(['to', 'from', 'both'])
  .default('both')
  .describe('`to`: what the target sends, `from`: what it receives, `both`. Default: both.')
export type Direction = z.infer<typeof directionSchema>

/** Links on one side of the target, and which of their bytes the fault means. */
export interface TargetLinks {
  /** Id for the rule on them, unique in the run. */
  readonly id: string
  readonly links: LinkMatch
  readonly direction: LinkDirection
}

/**
 * The links of a target with the other side, or with everybody: those where it serves (`-in`) and those where it calls (`-out`).
 * What a target sends is `to-client` where it serves and `to-server` where it calls. A link of a target to itself is on both
 * sides, as a packet between two hurt machines is hurt by both.
 * Throws SeaworthyError('PLAN') when there is no such link.
 */
export function targetLinks(
  facts: TargetFacts,
  to: OtherSide | undefined,
  direction: Direction,
): readonly [TargetLinks, ...TargetLinks[]] {
  const other = otherWorkload(to)
  const serves = facts.inventory.links.some(
    (link) => isServedBy(link, facts) && (other === undefined || link.from.workload === other),
  )
  const calls = facts.inventory.links.some(
    (link) => isCalledBy(link, facts) && (other === undefined || link.to.workload === other),
  )
  const otherEnd = other === undefined ? undefined : { workload: other }
  const served: TargetLinks = {
    id: `${facts.id}-in`,
    links: { ...(otherEnd && { from: otherEnd }), to: targetEnd(facts) },
    direction: { to: 'to-client', from: 'to-server', both: 'both' }[direction] as LinkDirection,
  }
  const called: TargetLinks = {
    id: `${facts.id}-out`,
    links: { from: targetEnd(facts), ...(otherEnd && { to: otherEnd }) },
    direction: { to: 'to-server', from: 'to-client', both: 'both' }[direction] as LinkDirection,
  }
  if (serves && calls) return [served, called]
  if (serves) return [served]
  if (calls) return [called]
  throw noLink(facts, other)
}

/** The links on which the target serves, or with `to` those on which it calls another. Throws SeaworthyError('PLAN') when there is none. */
export function requestLinks(
  facts: TargetFacts,
  to: OtherSide | undefined,
): { readonly id: string; readonly links: LinkMatch } {
  const other = otherWorkload(to)
  if (other === undefined) {
    if (!facts.inventory.links.some((link) => isServedBy(link, facts))) throw noLink(facts, undefined)
    return { id: `${facts.id}-in`, links: { to: targetEnd(facts) } }
  }
  if (!facts.inventory.links.some((link) => isCalledBy(link, facts) && link.to.workload === other))
    throw noCall(facts, other)
  return { id: `${facts.id}-out`, links: { from: targetEnd(facts), to: { workload: other } } }
}

/** Where users meet a workload: on the links to it, or, where nobody calls it, on its own calls. */
export function workloadCrossing(facts: TargetFacts): LinkMatch {
  const served = facts.inventory.links.some((link) => link.to.workload === facts.workload)
  const calls = facts.inventory.links.some((link) => link.from.workload === facts.workload)
  return !served && calls ? { from: { workload: facts.workload } } : { to: { workload: facts.workload } }
}

/** ` with db` for people, or nothing when all traffic is meant. */
export function spokenOther(to: OtherSide | undefined): string {
  const name = to?.workload ?? to?.address ?? to?.name
  return name === undefined ? '' : ` with ${name}`
}

/** ` of what it sends` for people, or nothing for both ways. */
export function spokenDirection(direction: Direction): string {
  return { to: ', what it sends', from: ', what it receives', both: '' }[direction]
}

function targetEnd(facts: TargetFacts): EndMatch {
  return facts.all ? { workload: facts.workload } : { workload: facts.workload, replicas: facts.replicas }
}

function isServedBy(link: LinkFacts, facts: TargetFacts): boolean {
  return link.to.workload === facts.workload
}

function isCalledBy(link: LinkFacts, facts: TargetFacts): boolean {
  return link.from.workload === facts.workload && (facts.all || facts.replicas.includes(link.from.replica))
}

function otherWorkload(to: OtherSide | undefined): string | undefined {
  if (to === undefined || to.workload !== undefined) return to?.workload
  throw new SeaworthyError(
    'PLAN',
    `the other side ${to.address ?? to.name} is not a workload, and links exist only between services`,
    {
      target: to.address ?? to.name,
      remedy:
        'Name a service of the suite instead: `to: {workload: NAME}`. To hurt calls to something outside, put a service in front of it.',
    },
  )
}

function noLink(facts: TargetFacts, other: string | undefined): SeaworthyError {
  const links = facts.inventory.links
  const others = new Set([
    ...links.filter((link) => link.from.workload === facts.workload).map((link) => link.to.workload),
    ...links.filter((link) => link.to.workload === facts.workload).map((link) => link.from.workload),
  ])
  const message = `there is no link ${other === undefined ? `to or from ${facts.workload}` : `between ${facts.workload} and ${other}`}`
  const known = others.size === 0 ? '' : ` It has links with: ${[...others].sort().join(', ')}.`
  return new SeaworthyError('PLAN', message, {
    target: facts.workload,
    remedy: `${usesRemedy(facts.workload, other)}${known}`,
  })
}

function noCall(facts: TargetFacts, other: string): SeaworthyError {
  return new SeaworthyError('PLAN', `${facts.workload} has no link to ${other}, so it cannot call it`, {
    target: facts.workload,
    remedy: usesRemedy(facts.workload, other),
  })
}

function usesRemedy(workload: string, other: string | undefined): string {
  if (other === undefined)
    return `Tell who calls it: add \`uses: [${workload}]\` to that service, or send traffic to it.`
  if (other === TRAFFIC_CONSUMER) return `Send traffic to ${workload}: name it in the URL of \`traffic\`.`
  return `Add \`uses: [${other}]\` to the service ${workload}, and let it call the address in its environment.`
}
