import * as z from 'zod'
import { TARGET_MODES } from '../../model/suite.ts'
import { exactlyOne, labelsSchema, workloadSchema } from './parts.ts'

const targetSchema = exactlyOne(
  {
    workload: workloadSchema
      .optional()
      .describe('The workload that is hurt, one of system.workloads: Deployment/web on Kubernetes, web with services.'),
    labels: labelsSchema.optional().describe('Every workload of system.workloads that has all of these labels.'),
    mode: z
      .enum(TARGET_MODES)
      .optional()
      .describe(
        'How many replicas of each workload: one, all, fixed (value of them), fixed-percent, or random-max-percent (1 up to that share). Default: the one of the fault type.',
      ),
    value: z
      .union([z.int().min(1), z.string()])
      .optional()
      .describe('With mode fixed a number of replicas, with the percent modes a percentage.')
      .meta({ examples: [2, '50%'] }),
  },
  ['workload', 'labels'],
)
export type TargetInput = z.output<typeof targetSchema>

/** The parameters are checked by the fault type's own file; the JSON Schema lists them for each type. */
export const faultSchema = z
  .looseObject({
    type: z.string().describe('The fault type; see `seaworthy faults`.'),
    target: targetSchema.describe('What is hurt.'),
  })
  .meta({ id: 'fault' })
export type FaultInput = z.output<typeof faultSchema>
