import { shown } from '../../kit/shown.ts'
import type { GuardSpec, LimitsSpec } from '../../model/suite.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { LimitsInput } from '../schema/limits.ts'
import { measureOf } from './read-need.ts'
import type { ObjectivesRead } from './read-objectives.ts'

/** Red lines of the whole run. */
export function readLimits(limits: LimitsInput, objectives: ObjectivesRead, report: Report): LimitsSpec {
  return {
    blastRadius: { targets: limits['blast-radius'].targets, ratio: limits['blast-radius'].percent },
    abortWhen: limits['abort-when'].map((guard, place) => readGuard(guard, place, objectives, report)),
    hours: limits.hours && readHours(limits.hours, report),
    approvalBy: limits.approval?.by ?? [],
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
  } else if (objective && measureOf(objective.indicator) !== 'share') {
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

function readHours(hours: NonNullable<LimitsInput['hours']>, report: Report): LimitsSpec['hours'] {
  const [from = '', to = ''] = hours.between.split('-')
  if (from === to)
    report.at(
      ['limits', 'hours', 'between'],
      'this span has no length',
      'Write two different times, such as 02:00-04:00; leave hours out for any time.',
    )
  if (!isTimezone(hours.timezone)) {
    report.at(
      ['limits', 'hours', 'timezone'],
      `there is no time zone ${shown(hours.timezone)}`,
      timezoneRemedy(hours.timezone),
    )
  }
  return { from, to, timezone: hours.timezone }
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
