/** How much of the wealth is bet on each slice; a mixture, because the size of the breach is not known before. */
const BETS = [0.1, 0.25, 0.5, 0.9] as const

/**
 * Evidence, in slices, that a share of bad is above a limit: the mean over bets g of the product of
 * 1 + (g / limit) · (X - limit) (Waudby-Smith and Ramdas, JRSS B 2024). While the expected share of every slice, given
 * the past, is at most the limit, the chance that it ever reaches 1/alpha is at most alpha (Ville's inequality),
 * whatever the clustering inside a slice and however often one looks.
 */
export interface EProcess {
  /** Adds one slice and gives the evidence so far. A slice without events adds nothing. */
  readonly add: (bad: number, n: number) => number
  readonly value: () => number
}

/** `limit`: the share of bad that is still allowed, in (0, 1). */
export function createEProcess(limit: number): EProcess {
  const wealth = BETS.map(() => 1)
  const value = () => wealth.reduce((sum, one) => sum + one, 0) / BETS.length
  return {
    value,
    add: (bad, n) => {
      if (!(n > 0)) return value()
      BETS.forEach((bet, index) => {
        wealth[index] = (wealth[index] ?? 0) * (1 + (bet / limit) * (bad / n - limit))
      })
      return value()
    },
  }
}
