import type { LimitsSpec } from '../model/suite.ts'

/** Whether a moment lies between two times of day in a time zone; a range such as 22:00-04:00 goes over midnight. */
export function isWithinHours(atMs: number, hours: NonNullable<LimitsSpec['hours']>): boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const now = format.format(atMs)
  return hours.from <= hours.to ? now >= hours.from && now < hours.to : now >= hours.from || now < hours.to
}
