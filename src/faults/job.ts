import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { WORKLOAD_BY_API } from './parts/cluster-kinds.ts'
import { imageKey } from './parts/image-key.ts'
import { isSmall, TOO_LARGE } from './parts/manifests.ts'

const MOST_WORDS = 64
const MOST_VARIABLES = 64

const parameters = z.lazy(() =>
  z.strictObject({
    image: imageKey().describe('Image of the container. No default.'),
    command: z
      .array(z.string().max(4_096))
      .max(MOST_WORDS)
      .refine(isSmall, { error: TOO_LARGE })
      .default([])
      .describe("Command and arguments. Default: the image's own."),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, { error: 'Not the name of a variable.' }),
        z.string().max(4_096),
      )
      .refine((env) => Object.keys(env).length <= MOST_VARIABLES, { error: `At most ${MOST_VARIABLES} variables.` })
      .default({})
      .describe('Environment of the container; no secrets, since everybody who sees the fault sees it. Default: none.'),
    proof: z
      .enum(['succeeded', 'running'])
      .default('succeeded')
      .describe(
        '`succeeded`: the job has ended well within the fault, `running`: it has started and not failed. Default: succeeded.',
      ),
  }),
)

/** Lets a container of any kind do the harm: Newman, k6, chaostoolkit, krkn, Pumba. */
export const job = defineClusterFault<z.infer<typeof parameters>>({
  type: 'job',
  group: 'open',
  summary:
    'Runs a container of your own as a Job for as long as the fault lasts: Newman, k6, chaostoolkit, krkn, Pumba.',
  notes: {
    mechanism:
      "The controller creates a Job in the namespace of the fault, with the fault's deadline and without retries.",
    proof:
      'The Job has succeeded; with `proof: running` it is enough that its pod runs. A Job that failed is never believed.',
    ends: 'The Job ends at its own deadline, and the controller removes it. What the container did to others is its own to undo.',
    example:
      '{type: job, target: {workload: api}, image: "newman:6", command: [newman, run, break.json], proof: running}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...WORKLOAD_BY_API,
    targets: 'namespace',
    open: true,
    recipe: ({ image, command, env }) => ({
      actor: 'controller',
      mechanism: `Job with ${image}`,
      actions: [{ do: 'job', image, command, env }],
    }),
    effect: ({ proof }, targets) =>
      clusterEffect(targets, 'object', ({ under: { ready, running = 0, fact } }) => {
        const state = ready === true ? 'succeeded' : running > 0 ? 'running' : 'neither running nor succeeded'
        return {
          effective: ready === true || (proof === 'running' && running > 0),
          seen: `the job is ${state}${fact === undefined ? '' : ` (${fact})`}`,
        }
      }),
  },
  describe: ({ image, command }) => [image, ...command.slice(0, 3)].join(' '),
})
