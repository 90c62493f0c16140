import * as z from 'zod'
import { FAULT_TYPES } from '../../faults/registry.ts'
import { durationMs, ratio } from '../../kit/scalars.ts'
import { WEEKDAYS } from '../../model/suite.ts'
import { listOf, nameSchema, optionalWith, someText, text } from './parts.ts'
import { blastRadiusSchema } from './windows.ts'

const HOUR = '(?:[01]\\d|2[0-3]):[0-5]\\d'

/** A name that means nothing would leave a plan without the approval that somebody wanted. */
function faultNames(): string[] {
  return [...new Set(FAULT_TYPES.flatMap(({ group, type }) => [group, type]))]
}

const spanSchema = text(
  'a span of hours',
  new RegExp(`^${HOUR}-(?:${HOUR}|24:00)$`),
  'HH:MM-HH:MM on a 24 hour clock',
  '02:00-04:00',
)

const hoursSchema = z.lazy(() =>
  z.strictObject({
    between: spanSchema
      .optional()
      .describe(
        'Faults only between these two times of day; the second may lie after midnight. Default: the whole day.',
      ),
    never: optionalWith(listOf(spanSchema), [], 'Red lines: no fault in these spans, whatever `between` says.'),
    days: listOf(z.enum(WEEKDAYS), 1)
      .optional()
      .describe(
        'Faults only on these days. What goes over midnight belongs to the day on which it begins. Default: every day.',
      )
      .meta({ examples: [['monday', 'tuesday']] }),
    timezone: optionalWith(someText('a time zone', 'Europe/Berlin'), 'UTC', 'IANA name of the time zone.'),
  }),
)

const approvalSchema = z.lazy(() =>
  z.strictObject({
    by: listOf(someText('a person or team', 'alice'), 1)
      .describe(
        'Who may approve, any one of them: logins of GitHub, teams as `org/team`, or identities of the allowed signers.',
      )
      .meta({ examples: [['alice', 'acme/shop-owners']] }),
    for: optionalWith(
      listOf(z.enum(faultNames())),
      [],
      'Only plans with one of these fault types, or with a fault of one of these groups, need it; none named: every plan.',
    ),
    'by-author': optionalWith(z.boolean(), false, 'Whether the author of the pull request may approve it as well.'),
    within: optionalWith(durationMs, '24h', 'How old an approval may be.'),
    signers: someText('a file', '.github/seaworthy-signers')
      .optional()
      .describe(
        'File of those whose SSH signature counts (ALLOWED SIGNERS of ssh-keygen), from the root of the repository; a pull request cannot change it for itself, because it is read from the base commit. Default: none, so that only reviews and comments count.',
      ),
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
  approval: approvalSchema
    .optional()
    .describe(
      'An approval of exactly this plan is needed before anything is touched: see docs/approval.md. Default: none.',
    ),
})
export type LimitsInput = z.output<typeof limitsSchema>
