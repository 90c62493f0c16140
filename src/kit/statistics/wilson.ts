/**
 * Wilson's score interval of a share after k of n (JASA 1927), for a two-sided z such as 1.96.
 * `k` and `n` may be real. With n = 0 nothing is known: 0 and 1.
 */
export function wilsonInterval(k: number, n: number, z: number): { readonly low: number; readonly high: number } {
  if (n <= 0) return { low: 0, high: 1 }
  const share = k / n
  const scale = 1 + (z * z) / n
  const centre = (share + (z * z) / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  // At the ends the formula is exact in theory and a hair outside in floating point.
  return { low: k <= 0 ? 0 : Math.max(0, centre - half), high: k >= n ? 1 : Math.min(1, centre + half) }
}
