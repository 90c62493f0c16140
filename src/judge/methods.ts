import type { Estimate } from '../model/journal.ts'
import type { Measurement } from '../model/measurement.ts'
import type { PlannedObjective } from '../model/plan.ts'
import type { Indicator, Need } from '../model/suite.ts'
import type { Finding } from './finding.ts'
import { quantileDesignEffect } from './histogram.ts'
import { boundsOf, judgeQuantile, judgeQuantileIncrease, type QuantilePool, quantileEstimate } from './quantile.ts'
import { judgeShare, judgeShareIncrease, poolShare, shareEstimate, unhealthyShare } from './share.ts'
import { judgeValue, judgeValueIncrease, unhealthyValue, unsteadyValue, valueEstimate, valuesOf } from './value.ts'
import { milliseconds } from './words.ts'

/** How one kind of number is judged. Only called with measurements whose numbers are possible. */
export interface Method {
  readonly estimate: (measurement: Measurement) => Estimate
  /** Why the baseline cannot be compared with, in words. */
  readonly unhealthy: (baseline: Measurement) => string | undefined
  readonly find: (baseline: Measurement, fault: Measurement) => Finding
}

/** The method for an indicator and a need; undefined where they do not go together. */
export function methodFor({ indicator, need }: PlannedObjective): Method | undefined {
  switch (indicator.kind) {
    case 'value':
      return valueMethod(need)
    case 'latency-quantile':
    case 'histogram-quantile':
      return quantileMethod(indicator.quantile, need)
    default:
      return shareMethod(indicator, need)
  }
}

function shareMethod(indicator: Indicator, need: Need): Method | undefined {
  const estimate = (measurement: Measurement) => shareEstimate(poolShare(measurement))
  if (need.kind === 'share') {
    return {
      estimate,
      unhealthy: (baseline) => unhealthyShare(need.target, poolShare(baseline)),
      find: (_, fault) => judgeShare(indicator, need.target, poolShare(fault)),
    }
  }
  if (need.kind !== 'increase') return undefined
  return {
    estimate,
    unhealthy: (baseline) => unhealthyShare(undefined, poolShare(baseline)),
    find: (baseline, fault) => judgeShareIncrease(indicator, need.atMost, poolShare(baseline), poolShare(fault)),
  }
}

function quantileMethod(quantile: number, need: Need): Method | undefined {
  if (need.kind !== 'below' && need.kind !== 'increase') return undefined
  const pool = (measurement: Measurement) => quantilePool(measurement, quantile)
  return {
    estimate: (measurement) => quantileEstimate(pool(measurement)),
    unhealthy: (baseline) => {
      const low = boundsOf(pool(baseline)).low.low
      if (need.kind !== 'below' || low <= need.value) return undefined
      return `it was already failing before the fault: over ${milliseconds(low)}, needs below ${milliseconds(need.value)}`
    },
    find: (baseline, fault) =>
      need.kind === 'below'
        ? judgeQuantile(need.value, pool(fault))
        : judgeQuantileIncrease(need.atMost, pool(baseline), pool(fault)),
  }
}

/** A measurement without a histogram is not usable and never gets here. */
function quantilePool(measurement: Measurement, quantile: number): QuantilePool {
  const { histogram } = measurement
  if (!histogram) throw new TypeError('a quantile needs a histogram')
  return { histogram, quantile, effect: quantileDesignEffect(measurement, quantile) }
}

function valueMethod(need: Need): Method | undefined {
  if (need.kind === 'share') return undefined
  const estimate = (measurement: Measurement) => valueEstimate(valuesOf(measurement), need)
  if (need.kind === 'increase') {
    return {
      estimate,
      unhealthy: (baseline) => unsteadyValue(need.atMost, valuesOf(baseline)),
      find: (baseline, fault) => judgeValueIncrease(need.atMost, valuesOf(baseline), valuesOf(fault)),
    }
  }
  return {
    estimate,
    unhealthy: (baseline) => unhealthyValue(need, valuesOf(baseline)),
    find: (_, fault) => judgeValue(need, valuesOf(fault)),
  }
}
