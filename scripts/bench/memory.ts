import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, round } from './row.ts'
import { emptyPeakMb, measuredRun } from './runs.ts'

const MOST_MB = 150

/** Peak resident memory of a run of the example shop: of its main process and of its warden. Linux only; no rows elsewhere. */
export async function memory(cli: string, suite: string, folder: string): Promise<readonly Row[]> {
  const place = join(folder, 'memory')
  mkdirSync(place)
  const { mainMb, wardenMb, journal } = await measuredRun(cli, suite, place)
  const emptyMb = await emptyPeakMb()
  if (mainMb === undefined || wardenMb === undefined || emptyMb === undefined) return []
  const peer = `an empty Node takes ${round(emptyMb)} MB`
  return [
    {
      what: 'peak memory of a run',
      measured: round(mainMb, 0),
      unit: 'MB',
      target: { atMost: MOST_MB },
      peer: `${round(mainMb / emptyMb)} times: ${peer}; verdict ${journal.verdict}`,
    },
    {
      what: 'peak memory of its warden',
      measured: round(wardenMb, 0),
      unit: 'MB',
      target: { atMost: MOST_MB },
      peer: `${round(wardenMb / emptyMb)} times: ${peer}`,
    },
  ]
}
