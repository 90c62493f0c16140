import * as z from 'zod'
import { ratio } from '../../kit/scalars.ts'
import { listOf, nameSchema, optionalWith, someText, text } from './parts.ts'
import { blastRadiusSchema } from './windows.ts'

const HOUR = '(?:[01]\\d|2[0-3]):[0-5]\\d'

const hoursSchema = z.lazy(() =>
  z.strictObject({
    between: text(
      'a span of hours',
      new RegExp(`^${HOUR}-${HOUR}$`),
      'HH:MM-HH:MM on a 24 hour clock',
      '02:00-04:00',
    ).describe('Faults only between these two times of day; the second may lie after midnight.'),
    timezone: optionalWith(someText('a time zone', 'Europe/Berlin'), 'UTC', 'IANA name of the time zone.'),
  }),
)

const guardSchema = z.strictObject({
  objective: nameSchema.describe('Name of an objective that is a share.').meta({ examples: ['availability'] }),
  below: ratio
    .describe('The fault is ended at once when the share of good is proven to be below this.')
    .meta({ examples: ['90%'] }),
})

export const limitsSchema = z.strictObject({
  'blast-radius': optionalWith(blastRadiusSchema, {}, 'How much one experiment may hurt.'),
  'abort-when': optionalWith(z.array(guardSchema), [], 'When a fault is ended early, for the sake of the users.'),
  hours: hoursSchema.optional().describe('When faults are allowed. Default: at any time.'),
  approval: z
    .strictObject({
      by: listOf(someText('a person or team', 'shop-owners'), 1).describe('People or teams, one of whom signs.'),
    })
    .optional()
    .describe('A signed approval of exactly this plan is needed. Default: none.'),
})
export type LimitsInput = z.output<typeof limitsSchema>
