import * as z from 'zod'
import { experimentSchema } from './experiment.ts'
import { limitsSchema } from './limits.ts'
import { objectiveSchema } from './objective.ts'
import { nameSchema, optionalWith } from './parts.ts'
import { policySchema } from './policy.ts'
import { systemSchema } from './system.ts'
import { prometheusSchema, trafficSchema } from './traffic.ts'
import { windowsSchema } from './windows.ts'

const MOST_OBJECTIVES = 50
const MOST_EXPERIMENTS = 200

/**
 * The whole of `seaworthy.yaml`. The JSON Schema and the reference page are made from it.
 * Parts that few suites have are lazy, here and in the faults: making all schemas took a fifth of the time of `validate`.
 */
export const documentSchema = z.strictObject({
  apiVersion: z.literal('seaworthy.dev/v1').describe('Version of this format.'),
  kind: z.literal('Suite').describe('What this file is.'),
  metadata: z
    .strictObject({ name: nameSchema.describe('Name of the suite, as reports show it.') })
    .describe('About the suite itself.'),
  system: systemSchema.describe(
    'What is under test: services that are started here, or a namespace of a Kubernetes cluster.',
  ),
  traffic: trafficSchema.describe('Who plays the users.'),
  prometheus: prometheusSchema
    .optional()
    .describe('Where metrics are. Needed by objectives and checks that ask Prometheus. Default: none.'),
  objectives: z
    .array(objectiveSchema)
    .min(1)
    .max(MOST_OBJECTIVES)
    .describe(`What must hold, at most ${MOST_OBJECTIVES}.`),
  windows: optionalWith(windowsSchema, {}, 'How long each part of an experiment takes.'),
  limits: optionalWith(limitsSchema, {}, 'What no experiment may exceed.'),
  policy: optionalWith(
    policySchema,
    {},
    'What a pull request that changes this suite is held to. The version of its base commit counts.',
  ),
  experiments: z
    .array(experimentSchema)
    .min(1)
    .max(MOST_EXPERIMENTS)
    .describe(`What is broken, one after the other, at most ${MOST_EXPERIMENTS}.`),
})
