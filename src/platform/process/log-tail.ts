import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const TAIL_BYTES = 8_192

/** The last lines that a service itself said, without what could steer a terminal; empty where there are none. */
export function logTail(path: string, lines: number): readonly string[] {
  return stripVTControlCharacters(lastBytes(path))
    .split(/\r?\n/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trimEnd())
    .filter((line) => line !== '' && !line.startsWith('[seaworthy] '))
    .slice(-lines)
}

function lastBytes(path: string): string {
  try {
    const descriptor = openSync(path, 'r')
    try {
      const { size } = fstatSync(descriptor)
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
      readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
      return buffer.toString('utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ''
  }
}
