import * as z from 'zod'
import { durationMs } from '../../kit/scalars.ts'
import { RULE_EVENTS } from '../../model/suite.ts'
import { faultSchema } from './fault.ts'
import { exactlyOne, optionalWith, someText, text, urlSchema, workloadSchema } from './parts.ts'
import { expectSchema } from './traffic.ts'

const within = optionalWith(durationMs, '5s', 'It is asked again until it holds, at most this long.')

const checkSchema = z.lazy(() =>
  exactlyOne(
    {
      http: z
        .strictObject({
          url: urlSchema.describe('Address that is asked. `http://web/…` means the service web.'),
          expect: optionalWith(expectSchema, {}, 'What a good answer is.'),
          within,
        })
        .optional()
        .describe('An address answers as expected.'),
      tcp: z
        .strictObject({
          address: text('an address', /^[A-Za-z0-9.-]+:\d{1,5}$/, 'host:port', 'db:5432').describe(
            'Host and port; the host may be a service.',
          ),
          within,
        })
        .optional()
        .describe('A connection can be opened.'),
      condition: z
        .strictObject({
          object: text(
            'an object',
            /^[A-Z][A-Za-z]{0,62}\/[a-z0-9][-.a-z0-9]{0,252}$/,
            'Kind/name',
            'Deployment/web',
          ).describe("An object of the preview's namespace."),
          type: text('a condition', /^[A-Za-z][-A-Za-z0-9./]{0,62}$/, 'the type of a condition', 'Available').describe(
            'Type of the condition in its status.',
          ),
          status: optionalWith(z.enum(['True', 'False', 'Unknown']), 'True', 'What it must be.'),
          within,
        })
        .optional()
        .describe('Kubernetes: a condition of an object holds.'),
      endpoints: z
        .strictObject({
          service: text('a service', /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, 'the name of a Service', 'web').describe(
            "A Service of the preview's namespace.",
          ),
          'at-least': z.int().min(0).max(10_000).describe('So many ready addresses are behind it.'),
          within,
        })
        .optional()
        .describe('Kubernetes: a Service has enough ready addresses.'),
      prometheus: exactlyOne(
        {
          query: someText('a query', 'max(queue_lag_seconds)').describe('PromQL query that gives one number.'),
          below: z.number().optional().describe('The number must be below this.'),
          above: z.number().optional().describe('The number must be above this.'),
        },
        ['below', 'above'],
      )
        .optional()
        .describe('A query gives a number below or above a limit.'),
    },
    ['http', 'tcp', 'condition', 'endpoints', 'prometheus'],
  ),
)
export type CheckInput = z.output<typeof checkSchema>

const runSchema = z.lazy(() =>
  z.strictObject({
    command: someText('a command', 'npm run warm-up').describe(
      "Shell command, run in the suite's folder; a status other than 0 fails the experiment.",
    ),
    image: text('an image', /^[a-zA-Z0-9][\w.:/@-]{0,255}$/, 'an image reference', 'curlimages/curl:8.10.1')
      .optional()
      .describe("Kubernetes: run it in a pod of this image in the preview's namespace. Default: on this machine."),
    timeout: optionalWith(durationMs, '60s', 'The command is ended after this time, which fails the experiment.'),
  }),
)

const simpleSteps = () => ({
  fault: faultSchema.optional().describe('Inject a fault; it stays on until the end of the fault window.'),
  wait: durationMs
    .optional()
    .describe('Let time pass with the faults on.')
    .meta({ examples: ['10s'] }),
  pause: durationMs
    .optional()
    .describe("Lift the experiment's faults for this long and put them back.")
    .meta({ examples: ['5s'] }),
  run: runSchema.optional().describe('Run a command.'),
  check: checkSchema.optional().describe('Something must hold now; if not, the experiment fails.'),
})

/** A step as it was read; `parallel` nests. */
export interface StepInput {
  fault?: z.output<typeof faultSchema> | undefined
  wait?: number | undefined
  pause?: number | undefined
  run?: z.output<typeof runSchema> | undefined
  check?: CheckInput | undefined
  parallel?: StepInput[] | undefined
}

const stepSchema: () => z.ZodType<StepInput> = once(() =>
  exactlyOne(
    {
      ...simpleSteps(),
      parallel: stepsSchema().optional().describe('Steps that start together; it ends when all of them have.'),
    },
    ['fault', 'wait', 'pause', 'run', 'check', 'parallel'],
  ).meta({ id: 'step' }),
)

export const stepsSchema = () => z.lazy((): z.ZodType<StepInput[]> => z.array(stepSchema()).min(1))

export const ruleSchema = z.lazy(() =>
  z.strictObject({
    when: z
      .strictObject({
        event: z
          .enum(RULE_EVENTS)
          .describe('What happens.')
          .meta({ examples: ['replica-exited'] }),
        workload: workloadSchema.optional().describe('Only when it happens to this workload. Default: any.'),
      })
      .describe('What is waited for while the faults are on.'),
    times: optionalWith(z.int().min(1).max(100), 1, 'How often it is acted on.'),
    do: stepsSchema().describe('What is done then: run, wait and check steps.'),
  }),
)
export type RuleInput = z.output<typeof ruleSchema>

/** The same object every time: the JSON Schema tells definitions apart by identity. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => (made ??= make())
}
