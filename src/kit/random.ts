/**
 * Seeded numbers in [0, 1): the same seed picks the same targets and the same requests, so a run can be repeated.
 * Mulberry32, a 32-bit generator in the public domain (Tommy Ettinger, 2017); not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A seed for a named part of a run, so that adding one experiment does not change the draws of another. */
export function deriveSeed(seed: number, name: string): number {
  let hash = seed | 0
  for (const character of name) hash = (Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) + 0x9e3779b9) | 0
  return hash >>> 0
}
