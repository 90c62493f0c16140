import { canonicalJson } from '../kit/canonical-json.ts'
import { formatDuration } from '../kit/duration.ts'
import type { Unit } from '../model/journal.ts'
import type { PolicyChange } from '../model/policy.ts'
import type { Need } from '../model/suite.ts'

/** `off`: not judged under this experiment's fault. Undefined: there is no such objective any more. */
export type Wanted = Need | 'off' | undefined

/** Whether a need asks for less than the base's; undefined where it asks for as much or more. */
export function compareNeeds(base: Wanted, head: Wanted): PolicyChange['kind'] | undefined {
  if (base === undefined || base === 'off') return undefined
  if (head === undefined || head === 'off') return 'loosened'
  if (canonicalJson(base) === canonicalJson(head)) return undefined
  if (base.kind !== head.kind) return 'changed'
  return lenience(head) > lenience(base) ? 'loosened' : undefined
}

/** Higher is easier to meet, among needs of one kind. */
function lenience(need: Need): number {
  switch (need.kind) {
    case 'share':
      return -need.target
    case 'below':
      return need.value
    case 'above':
      return -need.value
    case 'increase':
      return need.atMost
  }
}

/** `at least 99.5 %`, `below 300ms`, `at most 1 % worse`. */
export function needWords(need: Wanted, unit: Unit): string {
  if (need === undefined) return 'removed'
  if (need === 'off') return 'off'
  if (need.kind === 'share') return `at least ${percent(need.target)}`
  if (need.kind === 'increase') return `at most ${amount(need.atMost, unit)} worse`
  return `${need.kind} ${amount(need.value, unit)}`
}

export function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(4))} %`
}

function amount(value: number, unit: Unit): string {
  if (unit === 'share') return percent(value)
  return unit === 'ms' ? formatDuration(value) : String(value)
}
