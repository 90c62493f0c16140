/** Milliseconds as the evidence says them: `0.4`, `201.3`. */
export function ms(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(1)
}

/** Whole milliseconds as a person would say them: `200 ms`, `1.5 s`. */
export function spokenMs(value: number): string {
  return value < 1_000 ? `${round(value)} ms` : `${round(value / 1_000)} s`
}

/** `512 B`, `12.3 KiB`, `64 MiB`. */
export function spokenBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${round(bytes / 1024 ** power)} ${units[power]}`
}

/** Ratio 0..1 as `10 %`. */
export function spokenShare(ratio: number): string {
  return `${round(ratio * 100)} %`
}

/** `1 replica`, `2 replicas`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The first few in full, the others as a number, so that a sentence stays one. */
export function listed(parts: readonly string[]): string {
  const shown = 4
  if (parts.length <= shown) return parts.join('; ')
  return `${parts.slice(0, shown).join('; ')}; and ${parts.length - shown} more`
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}
