import type { HoursSpec, Weekday } from '../model/suite.ts'
import { WEEKDAYS } from '../model/suite.ts'

const MINUTE_MS = 60_000

/**
 * Whether faults may be on at a moment: by the clocks on the wall of the time zone, so an hour that a change of the clocks
 * leaves out is never there, and one that it repeats is there twice.
 */
export function isWithinHours(atMs: number, hours: HoursSpec): boolean {
  return isAllowed(wallClock(hours.timezone)(atMs), hours)
}

/**
 * The first moment of [fromMs, fromMs + spanMs) at which faults may not be on, in ms since the epoch; undefined where
 * there is none. Looks at every minute: offsets of time zones are whole minutes.
 */
export function nextRedLine(fromMs: number, spanMs: number, hours: HoursSpec): number | undefined {
  const clock = wallClock(hours.timezone)
  const firstMinute = (Math.floor(fromMs / MINUTE_MS) + 1) * MINUTE_MS
  if (!isAllowed(clock(fromMs), hours)) return fromMs
  for (let atMs = firstMinute; atMs < fromMs + spanMs; atMs += MINUTE_MS) {
    if (!isAllowed(clock(atMs), hours)) return atMs
  }
  return undefined
}

/** `between 02:00 and 04:00, never 03:00-03:10, on monday (UTC)` */
export function hoursInWords({ from, to, never = [], days, timezone }: HoursSpec): string {
  const parts = [
    ...(from === '00:00' && to === '24:00' ? [] : [`between ${from} and ${to}`]),
    ...(never.length === 0 ? [] : [`never ${never.map((span) => `${span.from}-${span.to}`).join(', ')}`]),
    ...(days === undefined ? [] : [`on ${days.join(', ')}`]),
  ]
  return `${parts.join(', ')} (${timezone})`
}

/** `04:00` on the wall of the time zone. */
export function timeOfDay(atMs: number, { timezone }: HoursSpec): string {
  return wallClock(timezone)(atMs).time
}

interface Moment {
  /** `HH:MM` */
  readonly time: string
  /** 0 is Monday. */
  readonly day: number
}

function isAllowed({ time, day }: Moment, { from, to, never = [], days }: HoursSpec): boolean {
  if (!isIn(time, { from, to }) || never.some((span) => isIn(time, span))) return false
  const beganYesterday = from > to && time < to
  const began = WEEKDAYS[(day + (beganYesterday ? 6 : 0)) % 7]
  return days === undefined || (began !== undefined && days.includes(began))
}

/** A span such as 22:00-04:00 goes over midnight. */
function isIn(time: string, { from, to }: { readonly from: string; readonly to: string }): boolean {
  return from <= to ? time >= from && time < to : time >= from || time < to
}

function wallClock(timezone: string): (atMs: number) => Moment {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    const day = WEEKDAYS.indexOf((parts.weekday ?? '').toLowerCase() as Weekday)
    return { time: `${parts.hour}:${parts.minute}`, day }
  }
}
