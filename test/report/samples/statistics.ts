import type { Estimate } from '../../../src/model/journal.ts'

const ONE_SIDED = 0.05

/** A share of good with its exact one-sided 95 % bounds, from whole counts. */
export function shareEstimate(bad: number, n: number): Estimate {
  if (n === 0) return { value: null, low: null, high: null, n: 0, bad: 0, designEffect: 1 }
  return {
    value: 1 - bad / n,
    low: 1 - (bad >= n ? 1 : solve((p) => binomialCdf(bad, n, p))),
    high: 1 - (bad === 0 ? 0 : solve((p) => 1 - binomialCdf(bad - 1, n, p))),
    n,
    bad,
    designEffect: 1,
  }
}

/** The p at which a function of p that only falls, or only rises, crosses 5 %. */
function solve(tail: (p: number) => number): number {
  const falling = tail(1e-9) > tail(1 - 1e-9)
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (tail(middle) > ONE_SIDED === falling) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X <= k) of n trials that each fail with chance p. */
function binomialCdf(k: number, n: number, p: number): number {
  let logTerm = n * Math.log1p(-p)
  let sum = Math.exp(logTerm)
  for (let count = 1; count <= k; count++) {
    logTerm += Math.log((n - count + 1) / count) + Math.log(p) - Math.log1p(-p)
    sum += Math.exp(logTerm)
  }
  return sum
}
