import * as z from 'zod'
import { durationMs } from '../../kit/scalars.ts'
import { faultSchema } from './fault.ts'
import { needSchema } from './objective.ts'
import { exactlyOne, nameSchema, optionalWith, someText } from './parts.ts'
import { ruleSchema, stepsSchema } from './step.ts'
import { experimentBlastRadiusSchema, experimentWindowsSchema } from './windows.ts'

const searched = () => z.union([z.string(), z.number()])

const searchSchema = z.lazy(() =>
  z.strictObject({
    parameter: someText('a parameter', 'latency').describe(
      'Parameter of the fault that is varied; it is left out of the fault itself.',
    ),
    from: searched()
      .describe('Smallest value, written as the parameter is.')
      .meta({ examples: ['0ms', '0%'] }),
    to: searched()
      .describe('Largest value.')
      .meta({ examples: ['2s', '50%'] }),
    precision: searched()
      .describe('The search ends when the threshold is known to this.')
      .meta({ examples: ['50ms', '1%'] }),
    'at-least': searched()
      .optional()
      .describe(
        'The experiment fails when the objectives break at or below this value. Default: it only reports the threshold.',
      )
      .meta({ examples: ['300ms'] }),
  }),
)
export type SearchInput = z.output<typeof searchSchema>

export const experimentSchema = exactlyOne(
  {
    name: nameSchema
      .describe('Name of the experiment, as reports and --only call it.')
      .meta({ examples: ['one web pod dies'] }),
    fault: faultSchema.optional().describe('The fault, when there is one. Either this or steps.'),
    steps: stepsSchema().optional().describe('Several steps in order, at least one of them a fault.'),
    rules: optionalWith(
      z.array(ruleSchema).max(20),
      [],
      'What is done when something happens while the faults are on: a remedy that acts by itself.',
    ),
    search: searchSchema
      .optional()
      .describe('Vary one parameter of the fault to find the value at which the objectives break.'),
    objectives: optionalWith(
      z.record(nameSchema, z.union([z.literal('off'), needSchema])),
      {},
      'What must hold under this fault where it differs, by objective: another target, below, above or increase, or off.',
    ),
    recovery: z
      .strictObject({
        within: durationMs
          .describe(
            'The objectives hold again within this time after the end of the fault; at most the recovery window.',
          )
          .meta({ examples: ['20s'] }),
      })
      .optional()
      .describe('How soon everything must be well again. Default: no limit.'),
    windows: optionalWith(experimentWindowsSchema, {}, "This experiment's own windows."),
    'blast-radius': optionalWith(experimentBlastRadiusSchema, {}, "This experiment's own blast radius."),
  },
  ['fault', 'steps'],
)
export type ExperimentInput = z.output<typeof experimentSchema>
