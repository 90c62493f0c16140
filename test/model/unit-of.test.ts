import { describe, expect, it } from 'vitest'
import type { Indicator } from '../../src/model/suite.ts'
import { unitOf } from '../../src/model/unit-of.ts'

describe('an indicator is measured', () => {
  it.each<[Indicator, string]>([
    [{ source: 'traffic', kind: 'success' }, 'share'],
    [{ source: 'traffic', kind: 'latency-under', ms: 300 }, 'share'],
    [{ source: 'traffic', kind: 'latency-quantile', quantile: 0.99 }, 'ms'],
    [{ source: 'prometheus', kind: 'ratio', bad: 'a', total: 'b' }, 'share'],
    [{ source: 'prometheus', kind: 'histogram-under', histogram: 'h', ms: 300 }, 'share'],
    [{ source: 'prometheus', kind: 'histogram-quantile', histogram: 'h', quantile: 0.5 }, 'ms'],
    [{ source: 'prometheus', kind: 'value', query: 'q' }, 'value'],
  ])('%o in %s', (indicator, unit) => {
    expect(unitOf(indicator)).toBe(unit)
  })
})
