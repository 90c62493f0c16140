import * as z from 'zod'
import { durationMs } from '../../kit/scalars.ts'
import { faultSchema } from './fault.ts'
import { exactlyOne, optionalWith, someText, text, urlSchema } from './parts.ts'
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
    ['http', 'tcp', 'prometheus'],
  ),
)
export type CheckInput = z.output<typeof checkSchema>

const runSchema = z.lazy(() =>
  z.strictObject({
    command: someText('a command', 'npm run warm-up').describe(
      "Shell command, run in the suite's folder; a status other than 0 fails the experiment.",
    ),
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

/** The same object every time: the JSON Schema tells definitions apart by identity. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => (made ??= make())
}
