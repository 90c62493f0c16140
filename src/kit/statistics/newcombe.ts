import { normalUpperTail } from './normal.ts'
import { wilsonInterval } from './wilson.ts'

/** Bad ones among all; real after a division by a design effect. */
export interface Share {
  readonly k: number
  readonly n: number
}

const FAR = 38

/**
 * Hybrid score interval of the difference of two independent shares, `first - second`
 * (Newcombe, Statistics in Medicine 1998, method 10), for a z such as 1.645 for one-sided 95 % bounds.
 */
export function newcombeInterval(
  first: Share,
  second: Share,
  z: number,
): { readonly low: number; readonly high: number } {
  if (first.n <= 0 || second.n <= 0) return { low: -1, high: 1 }
  const one = first.k / first.n
  const two = second.k / second.n
  const a = wilsonInterval(first.k, first.n, z)
  const b = wilsonInterval(second.k, second.n, z)
  return {
    low: one - two - Math.hypot(one - a.low, b.high - two),
    high: one - two + Math.hypot(a.high - one, two - b.low),
  }
}

/**
 * One-sided p-value of `first - second is at most margin`: the smallest alpha whose lower bound lies above the margin.
 * 1 when there is no data.
 */
export function newcombePValue(first: Share, second: Share, margin: number): number {
  if (first.n <= 0 || second.n <= 0) return 1
  const above = first.k / first.n - second.k / second.n > margin
  let near = 0
  let far = FAR
  for (let step = 0; step < 80; step++) {
    const z = (near + far) / 2
    const { low, high } = newcombeInterval(first, second, z)
    const excluded = above ? low > margin : high < margin
    if (excluded) near = z
    else far = z
  }
  return above ? normalUpperTail(near) : 1 - normalUpperTail(near)
}
