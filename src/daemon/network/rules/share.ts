/** Of a million packets: finer than any share that could be measured. */
const MILLION = 1_000_000

/** nft's condition for a share of the packets at random; empty for all of them. */
export function nftShare(ratio: number): string {
  return ratio >= 1 ? '' : `numgen random mod ${MILLION} < ${Math.round(ratio * MILLION)}`
}

/** The same for iptables (xt_statistic). */
export function iptablesShare(ratio: number): readonly string[] {
  return ratio >= 1 ? [] : ['-m', 'statistic', '--mode', 'random', '--probability', ratio.toFixed(6)]
}
