import { appendFile, stat } from 'node:fs/promises'

/** GitHub drops a step's whole summary above this. */
const LIMIT_BYTES = 1024 * 1024

/** Adds to the step's summary, or only `short` where the whole would be over the limit and so be lost. */
export async function writeJobSummary(path: string, markdown: string, short: string): Promise<void> {
  const used = await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
  const fits = (text: string) => used + Buffer.byteLength(text) + 1 <= LIMIT_BYTES
  const text = [markdown, short].find(fits)
  if (text === undefined) throw new Error(`the step's summary is full (${used} bytes)`)
  await appendFile(path, `${text}\n`)
}
