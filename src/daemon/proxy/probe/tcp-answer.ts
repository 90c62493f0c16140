/** How a request of the daemon's own failed, in the word that a reading has for it. */
export function wordOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset'
  if (code === 'ETIMEDOUT' || code === 'timeout') return 'timeout'
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'unreachable'
  return 'failed'
}
