import type { Unit } from './journal.ts'
import type { Indicator } from './suite.ts'

/** The unit in which an indicator is measured: a share of good events, milliseconds, or the query's own. */
export function unitOf({ kind }: Indicator): Unit {
  return UNITS[kind]
}
const UNITS: Readonly<Record<Indicator['kind'], Unit>> = {
  success: 'share',
  'latency-under': 'share',
  'latency-quantile': 'ms',
  ratio: 'share',
  'histogram-under': 'share',
  'histogram-quantile': 'ms',
  value: 'value',
}
