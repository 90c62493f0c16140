const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)
/** Beyond this the tail is a denormal number. */
const FAR = 38
/** Where the series for the middle hands over to the continued fraction for the tail. */
const TAIL_FROM = 2.5

/** P(Z > z) for a standard normal Z; keeps its relative precision far into the tail. */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z)
  if (z > FAR) return 0
  const density = Math.exp((-z * z) / 2) / ROOT_TWO_PI
  return z < TAIL_FROM ? 0.5 - density * middleSeries(z) : density / tailFraction(z)
}

/** Sum of z^(2i+1) / (1·3·5…(2i+1)) (Marsaglia 2004). */
function middleSeries(z: number): number {
  let term = z
  let sum = z
  for (let i = 1; term > sum * 1e-17 && i < 200; i++) {
    term *= (z * z) / (2 * i + 1)
    sum += term
  }
  return sum
}

/** Laplace's continued fraction of Mills' ratio, from its end. */
function tailFraction(z: number): number {
  let value = z
  for (let i = 160; i >= 1; i--) value = z + i / value
  return value
}

/** The z with P(Z <= z) = probability, by bisection and Newton's method on the tail function. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN
  if (probability === 0) return Number.NEGATIVE_INFINITY
  if (probability === 1) return Number.POSITIVE_INFINITY
  if (probability < 0.5) return -upperQuantile(probability)
  return upperQuantile(1 - probability)
}

function upperQuantile(tail: number): number {
  let low = -FAR
  let high = FAR
  for (let step = 0; step < 200 && high - low > 1e-15 * Math.max(1, Math.abs(low)); step++) {
    const middle = (low + high) / 2
    if (normalUpperTail(middle) > tail) low = middle
    else high = middle
  }
  return (low + high) / 2
}
