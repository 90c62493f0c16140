import type * as z from 'zod'

/**
 * A batch that a container of the run wrote to its log as one line of JSON, whose first member is `first`. Undefined for
 * whatever else is written to a log.
 */
export function readLine<T>(schema: z.ZodType<T>, first: string, line: string): T | undefined {
  if (!line.startsWith(`{"${first}":`)) return undefined
  try {
    return schema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** A hundredth of a millisecond is finer than anything that is judged. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
