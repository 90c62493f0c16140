import * as z from 'zod'
import { SeaworthyError } from '../kit/errors.ts'
import { deriveSeed, seededRandom } from '../kit/random.ts'
import type { TargetStatus } from '../model/cluster/fault-object.ts'
import type { Effect } from '../model/effect.ts'
import type { TargetFacts } from '../model/fault.ts'
import type { Reading } from '../model/recipe.ts'
import { defineFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { WORKLOAD_BY_API } from './parts/cluster-kinds.ts'
import { workloadCrossing } from './parts/links.ts'
import { readingOf } from './parts/readings.ts'
import { counted } from './parts/words.ts'

const MOST_REPLICAS = 1_000
const count = z.number().int().min(0).max(MOST_REPLICAS)

const parameters = z.lazy(() =>
  z
    .strictObject({
      to: count.optional().describe('Number of replicas to have.'),
      by: z
        .number()
        .int()
        .min(-MOST_REPLICAS)
        .max(MOST_REPLICAS)
        .refine((by) => by !== 0, { error: 'A scale by 0 changes nothing.' })
        .optional()
        .describe('Replicas to add, or with a minus to take away.'),
      random: z
        .strictObject({ min: count.describe('Fewest replicas.'), max: count.describe('Most replicas.') })
        .refine(({ min, max }) => min < max, { error: 'min must be less than max.' })
        .optional()
        .describe(
          "Any number of replicas within `{min, max}` but the present one, drawn with the run's seed and named in the report.",
        ),
    })
    .refine((given) => [given.to, given.by, given.random].filter((value) => value !== undefined).length === 1, {
      error: 'Say exactly one of to, by and random.',
    }),
)
type Parameters = z.infer<typeof parameters>

/** Changes the number of replicas, and puts back what the suite says. */
export const scale = defineFault<Parameters>({
  type: 'scale',
  group: 'workload',
  summary: 'Changes the number of replicas of a workload: to a number, by a number, or to a random one in a range.',
  notes: {
    mechanism: 'The supervisor starts or ends replicas until there are as many as asked for.',
    proof:
      'As many replicas run as were asked for, which is not as many as before; on the way up all of them are ready. No tolerance.',
    ends: "The agent goes back to the number in the suite, at the latest at the fault's deadline.",
    example: '{type: scale, target: {workload: web}, by: -1}',
    kubernetes: {
      mechanism:
        'The controller writes the number of replicas of the workload. An autoscaler that disagrees writes it back, and then the fault is not believed.',
      proof:
        'As many replicas are ready as were asked for, which is not as many as before; for a random number any other one in the range. No tolerance.',
      ends: 'The controller puts the number back where it still is the one it wrote, from a record made before.',
    },
  },
  platforms: ['process', 'kubernetes'],
  parameters,
  searchable: { to: 'count' },
  defaultMode: 'all',
  recipe: (given, facts) => {
    const wanted = wantedReplicas(given, presentOf(facts))
    return {
      mechanism: `supervisor, ${presentReplicas(facts)} → ${counted(wanted, 'replica')}${given.random ? `, drawn with seed ${facts.seed}` : ''}`,
      apply: [{ do: 'scale', workload: facts.workload, replicas: wanted }],
      undo: [{ do: 'scale', workload: facts.workload, replicas: undefined }],
      expires: 'agent',
      evidence: { probe: 'replica-count', workload: facts.workload },
      crossing: workloadCrossing(facts),
    }
  },
  effect: (given, before, under, facts) => scaleEffect(wantedReplicas(given, presentOf(facts)), before, under, facts),
  cluster: {
    ...WORKLOAD_BY_API,
    recipe: (given, { replicas: present, seed, target }) => {
      if (present === undefined) throw uncounted(target.name)
      const wanted = wantedReplicas(given, { name: target.name, present, seed })
      return {
        actor: 'controller',
        mechanism: `${present} → ${counted(wanted, 'replica')}${given.random ? `, drawn with seed ${seed}` : ''}`,
        actions: [{ do: 'scale', replicas: wanted }],
      }
    },
    effect: (given, targets) => scaledEffect(given, targets),
  },
  describe: (given) => {
    if (given.random) return `to ${given.random.min}..${given.random.max} replicas, at random`
    if (given.by !== undefined) return `by ${given.by > 0 ? '+' : ''}${given.by}`
    return `to ${counted(given.to ?? 0, 'replica')}`
  },
})

interface Present {
  readonly name: string
  readonly present: number
  readonly seed: number
}

function presentOf(facts: TargetFacts): Present {
  return { name: facts.workload, present: presentReplicas(facts), seed: facts.seed }
}

/** Whole number of replicas that the fault asks for. Throws SeaworthyError('PLAN') below zero. */
function wantedReplicas(given: Parameters, { name, present, seed }: Present): number {
  if (given.random) return draw(given.random, present, seed)
  const wanted = given.by === undefined ? (given.to ?? present) : present + given.by
  if (wanted >= 0) return Math.round(wanted)
  throw new SeaworthyError(
    'PLAN',
    `${name} has ${counted(present, 'replica')}, and ${-(given.by ?? 0)} cannot be taken away`,
    {
      target: name,
      remedy: `Take away at most ${present}, or say \`to: 0\`.`,
    },
  )
}

/** The present number is left out of the draw: it would be a fault without an effect. */
function draw(range: { readonly min: number; readonly max: number }, present: number, seed: number): number {
  const choices = Array.from({ length: range.max - range.min + 1 }, (_, offset) => range.min + offset).filter(
    (choice) => choice !== present,
  )
  const at = Math.floor(seededRandom(deriveSeed(seed, 'scale'))() * choices.length)
  return choices[at] ?? range.min
}

function presentReplicas(facts: TargetFacts): number {
  return facts.inventory.workloads.find(({ name }) => name === facts.workload)?.replicas.length ?? facts.replicas.length
}

/**
 * Injected where as many replicas run as were asked for; effective where that is another number than before, and on the way up
 * every new one is ready: a replica that takes no traffic changes nothing for the users. No tolerance.
 */
function scaleEffect(wanted: number, before: Reading | undefined, under: Reading, facts: TargetFacts): Effect {
  const later = readingOf(under, 'replica-count')
  if (!later) {
    const seen = 'the replicas could not be counted'
    return { injected: [{ target: facts.workload, ok: false, detail: seen }], effective: false, seen }
  }
  const was = readingOf(before, 'replica-count')?.running
  const seen = `${facts.workload}: ${was ?? 'an unknown number of'} replicas before, ${later.running} under the fault (${later.ready} ready), ${wanted} asked for`
  const injected = later.running === wanted
  const changed = was !== undefined && was !== wanted
  const ready = was !== undefined && (wanted < was || later.ready >= wanted)
  return {
    injected: [{ target: facts.workload, ok: injected, detail: `${later.running} of ${wanted} run` }],
    effective: injected && changed && ready,
    seen,
  }
}

/** Effective where as many replicas are ready as were asked for, and not as many as before. The seed of a draw is not known here: then any number in its range. */
function scaledEffect(given: Parameters, targets: readonly TargetStatus[]): Effect {
  return clusterEffect(targets, 'object', ({ before, under }) => {
    const [was, is] = [before?.running, under.running]
    if (was === undefined || is === undefined) return { effective: false, seen: 'the replicas were not counted' }
    const { min, max } = given.random ?? exactly(given.to ?? was + (given.by ?? 0))
    return {
      effective: is !== was && is >= min && is <= max,
      seen: `${was} ready before, ${is} under the fault, ${min === max ? min : `${min} to ${max}`} asked for`,
    }
  })
}

function exactly(count: number): { readonly min: number; readonly max: number } {
  return { min: count, max: count }
}

function uncounted(name: string): SeaworthyError {
  return new SeaworthyError('PLAN', `the replicas of ${name} could not be counted`, {
    target: name,
    remedy: 'Name a workload with replicas: a Deployment, StatefulSet or ReplicaSet.',
  })
}
