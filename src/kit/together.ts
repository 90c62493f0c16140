/**
 * Runs all of them at once. When one fails the signal of the others is aborted, and all are waited for: nothing goes on
 * behind the back of whoever cleans up. Throws what failed first.
 */
export async function together(
  signal: AbortSignal,
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const failed = new AbortController()
  const linked = AbortSignal.any([signal, failed.signal])
  const failures: unknown[] = []
  await Promise.all(
    tasks.map((task) =>
      task(linked).catch((error: unknown) => {
        failures.push(error)
        failed.abort(error)
      }),
    ),
  )
  if (failures.length > 0) throw failures[0]
}
