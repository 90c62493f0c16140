import * as core from '@actions/core'
import { withoutCommands } from '../report/escape/terminal.ts'

/** One remark on a line of a file. */
export interface Annotated {
  readonly path: string
  readonly line: number
  readonly level: 'failure' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

/** GitHub shows ten of each level for a step; one place is left for the verdict. */
const MOST_ANNOTATIONS = 9

/** Remarks beside the code without a check run: by commands to the runner, which need no permission. */
export function tellAnnotations(annotations: readonly Annotated[]): void {
  for (const { path, line, level, title, message } of annotations.slice(0, MOST_ANNOTATIONS)) {
    const tell = level === 'failure' ? core.error : core.warning
    tell(message, { title, file: path, startLine: line })
  }
}

/** Lines whose text was escaped for a terminal before: nothing in them becomes a command of the runner. */
export function tellLines(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${withoutCommands(line)}\n`)
}
