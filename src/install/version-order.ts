/** `1.12.3-rc.1` → [1, 12, 3]; undefined for what is no version. */
function numbersOf(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  return match?.slice(1).map(Number)
}

/** Below zero when `a` is older than `b`, above when it is newer; 0 for the same, and where one of them is no version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  if (!left || !right) return 0
  const differing = left.findIndex((number, at) => number !== right[at])
  return differing === -1 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0)
}

/** Whether a command line of one version can work with parts of the other: what Fault objects say may change between minor versions. */
export function areCompatible(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  return left !== undefined && right !== undefined && left[0] === right[0] && left[1] === right[1]
}
