/** What a file system says of itself. */
export interface Space {
  readonly freeBytes: number
  /** It is the node's own disk, which the kubelet and every other pod need. */
  readonly nodes: boolean
}

/** Never more: a file system that is wholly full breaks what nobody asked to break. */
const MOST_RATIO = 0.9
/** Stays free on the node's own disk. */
const NODE_KEEPS_BYTES = 1024 ** 3

export type Room = { readonly bytes: number } | { readonly why: string }

/**
 * How large a file may be. A share is of what is free, and is cut to 90 %; a size that does not fit is refused and not cut,
 * for less than what was asked is not what was asked.
 */
export function roomFor(
  asked: { readonly bytes: number | undefined; readonly ratio: number | undefined },
  space: Space,
): Room {
  const most = Math.floor(
    Math.min(space.freeBytes * MOST_RATIO, space.nodes ? space.freeBytes - NODE_KEEPS_BYTES : space.freeBytes),
  )
  if (most <= 0) return { why: `only ${space.freeBytes} bytes are free on the node's disk` }
  if (asked.bytes !== undefined && asked.bytes > most) {
    return {
      why: `${asked.bytes} bytes are asked for, and at most ${most} of ${space.freeBytes} free ones may be filled`,
    }
  }
  const bytes = asked.bytes ?? Math.min(most, Math.floor(space.freeBytes * (asked.ratio ?? MOST_RATIO)))
  return bytes > 0 ? { bytes } : { why: 'there is nothing to fill' }
}
