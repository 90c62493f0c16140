/**
 * One call to another service: with a time limit and further attempts, or without, as the shop's variant says.
 * Every attempt opens a connection of its own, so that a retry may reach another replica.
 */
export async function call(url, { timeoutMs, attempts }) {
  let failure
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const response = await fetch(url, {
        headers: { connection: 'close' },
        ...(timeoutMs ? { signal: AbortSignal.timeout(timeoutMs) } : {}),
      })
      const body = await response.text()
      if (response.ok) return body
      failure = new Error(`${url} answered ${response.status}`)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
