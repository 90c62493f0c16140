import { type HoursSpec, WEEKDAYS } from '../model/suite.ts'

const HOUR = 60
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** Whether faults may be on at no time of a week at which the other hours forbid them. Time zones are not compared: they must be the same. */
export function isWithin(inner: HoursSpec, outer: HoursSpec): boolean {
  if (inner.timezone !== outer.timezone) return false
  const allowed = minutesOfWeek(outer)
  return minutesOfWeek(inner).every((may, minute) => !may || allowed[minute])
}

/** `02:00-04:00, never 03:00-03:10, on monday, UTC` */
export function hoursWords(hours: HoursSpec | undefined): string {
  if (!hours) return 'at any time'
  const { from, to, timezone, never = [], days } = hours
  const parts = [
    `${from}-${to}`,
    ...(never.length === 0 ? [] : [`never ${never.map((span) => `${span.from}-${span.to}`).join(' and ')}`]),
    ...(days === undefined ? [] : [`on ${days.join(', ')}`]),
    timezone,
  ]
  return parts.join(', ')
}

/** For each minute of a week from Monday on, whether faults may be on. */
function minutesOfWeek({ from, to, never = [], days = WEEKDAYS }: HoursSpec): readonly boolean[] {
  const week = Array.from({ length: WEEK }, () => false)
  for (const day of days) fill(week, WEEKDAYS.indexOf(day), { from, to }, true)
  for (const span of never) for (const day of WEEKDAYS.keys()) fill(week, day, span, false)
  return week
}

/** A span over midnight belongs to the day on which it begins, and Sunday's goes on on Monday. */
function fill(week: boolean[], day: number, { from, to }: Pick<HoursSpec, 'from' | 'to'>, may: boolean): void {
  const start = minutesOf(from)
  const end = minutesOf(to) > start ? minutesOf(to) : minutesOf(to) + DAY
  for (let minute = start; minute < end; minute += 1) week[(day * DAY + minute) % WEEK] = may
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  return Number(hours) * HOUR + Number(minutes)
}
