import { shown } from '../../kit/shown.ts'
import type { ApprovalSpec, GuardSpec, HoursSpec, LimitsSpec } from '../../model/suite.ts'
import { unitOf } from '../../model/unit-of.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { LimitsInput } from '../schema/limits.ts'
import type { ObjectivesRead } from './read-objectives.ts'

/** Red lines of the whole run. */
export function readLimits(limits: LimitsInput, objectives: ObjectivesRead, report: Report): LimitsSpec {
  return {
    blastRadius: { targets: limits['blast-radius'].targets, ratio: limits['blast-radius'].percent },
    abortWhen: limits['abort-when'].map((guard, place) => readGuard(guard, place, objectives, report)),
    hours: limits.hours && readHours(limits.hours, report),
    approval: limits.approval && readApproval(limits.approval),
  }
}

function readGuard(guard: GuardSpec, place: number, { objectives, names }: ObjectivesRead, report: Report): GuardSpec {
  const path = ['limits', 'abort-when', place]
  const objective = objectives.find(({ name }) => name === guard.objective)
  if (!names.includes(guard.objective)) {
    report.at(
      [...path, 'objective'],
      `there is no objective ${shown(guard.objective)}`,
      suggestion(guard.objective, names, 'objectives'),
    )
  } else if (objective && unitOf(objective.indicator) !== 'share') {
    report.at(
      [...path, 'objective'],
      `${shown(guard.objective)} is not a share, and only a share can end a fault early`,
      'Name an objective with a target, or one that counts events within a time.',
    )
  } else if (objective?.need.kind === 'share' && guard.below > objective.need.target) {
    report.at(
      [...path, 'below'],
      `this is above the target of ${shown(guard.objective)}, so it would abort what could still pass`,
      'Write a share below the target.',
    )
  }
  if (guard.below <= 0 || guard.below >= 1)
    report.at(
      [...path, 'below'],
      'a share below which to abort lies between 0% and 100%, both left out',
      'Write one such as 90%.',
    )
  return { objective: guard.objective, below: guard.below }
}

function readApproval(approval: NonNullable<LimitsInput['approval']>): ApprovalSpec {
  return {
    by: approval.by,
    needed: approval.for,
    byAuthor: approval['by-author'],
    withinMs: approval.within,
    signers: approval.signers,
  }
}

/** From midnight to midnight where only red lines or days are given. */
const ANY_TIME = '00:00-24:00'

function readHours(hours: NonNullable<LimitsInput['hours']>, report: Report): HoursSpec {
  const { from, to } = readSpan(hours.between ?? ANY_TIME, ['between'], report)
  const never = hours.never.map((span, place) => readSpan(span, ['never', place], report))
  if (hours.between === undefined && never.length === 0 && hours.days === undefined)
    report.at(
      ['limits', 'hours'],
      'nothing is said about when faults are allowed',
      'Give between, never or days; leave hours out for any time.',
    )
  if (!isTimezone(hours.timezone)) {
    report.at(
      ['limits', 'hours', 'timezone'],
      `there is no time zone ${shown(hours.timezone)}`,
      timezoneRemedy(hours.timezone),
    )
  }
  return {
    from,
    to,
    timezone: hours.timezone,
    ...(never.length === 0 ? {} : { never }),
    ...(hours.days === undefined ? {} : { days: hours.days }),
  }
}

function readSpan(text: string, path: readonly (string | number)[], report: Report): { from: string; to: string } {
  const [from = '', to = ''] = text.split('-')
  if (from === to)
    report.at(
      ['limits', 'hours', ...path],
      'this span has no length',
      'Write two different times, such as 02:00-04:00; leave hours out for any time.',
    )
  return { from, to }
}

/** UTC needs no look: loading the tables of time zones takes longer than all else that is done with a suite. */
function isTimezone(name: string): boolean {
  if (name === 'UTC') return true
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

function timezoneRemedy(name: string): string {
  const hint = suggestion(name, Intl.supportedValuesOf('timeZone'), 'time zones')
  return hint.startsWith('Did') ? hint : 'Use a name of the IANA time zone database, such as UTC or Europe/Berlin.'
}
