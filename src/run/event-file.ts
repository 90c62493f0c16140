import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { EventListener } from '../model/events.ts'

/** Writes every event to `events.ndjson` in the report folder as it happens, so that a killed run leaves its story. */
export function openEventFile(reportFolder: string): { readonly listener: EventListener; readonly close: () => void } {
  const descriptor = openSync(join(reportFolder, 'events.ndjson'), 'w', 0o644)
  return {
    listener: (event) => {
      writeSync(descriptor, `${JSON.stringify(event)}\n`)
    },
    close: () => closeSync(descriptor),
  }
}
