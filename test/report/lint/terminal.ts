import { expect } from 'vitest'
import { displayWidth } from '../../../src/report/escape/columns.ts'
import { HIDDEN } from './markdown.ts'

/** Throws unless every line fits, and none of them steers a terminal or a runner. */
export function lintTerminal(text: string, columns: number): void {
  expect(text.isWellFormed()).toBe(true)
  for (const line of text.split('\n')) {
    expect(displayWidth(line), line).toBeLessThanOrEqual(columns)
    lintLogLine(line)
    expect(line, 'no space at the end').toBe(line.trimEnd())
  }
}

/** Throws for control characters, hidden or direction-changing ones, and commands of a runner. */
export function lintLogLine(line: string): void {
  expect(line).not.toMatch(HIDDEN)
  expect(line).not.toMatch(/^\s*::/)
  expect(line).not.toMatch(/##(?:vso)?\[/)
}
