/** Shape of netem's pareto table (iproute2, netem/paretonormal.c and pareto.c), with the mean and the deviation that follow from it. */
const PARETO_SHAPE = 3
const PARETO_MEAN = PARETO_SHAPE / (PARETO_SHAPE - 1)
const PARETO_DEVIATION = Math.sqrt(PARETO_SHAPE / ((PARETO_SHAPE - 1) ** 2 * (PARETO_SHAPE - 2)))

export interface DelayShape {
  readonly latencyMs: number
  readonly jitterMs: number
  readonly distribution: 'uniform' | 'normal' | 'pareto'
}

/**
 * One delay in ms, never below zero. As with tc-netem(8) jitter is the half width of `uniform` and the standard
 * deviation of the others. Exactly two numbers are drawn, so that a seed gives the same delays whatever the shape.
 */
export function sampleDelay({ latencyMs, jitterMs, distribution }: DelayShape, random: () => number): number {
  const first = random()
  const second = random()
  return Math.max(0, latencyMs + jitterMs * deviate(distribution, first, second))
}

function deviate(distribution: DelayShape['distribution'], first: number, second: number): number {
  switch (distribution) {
    case 'uniform':
      return 2 * first - 1
    case 'normal':
      // Box and Muller (1958); 1 - first is never zero.
      return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second)
    case 'pareto':
      return ((1 - first) ** (-1 / PARETO_SHAPE) - PARETO_MEAN) / PARETO_DEVIATION
  }
}
