import * as core from '@actions/core'
import type { CheckAnnotation } from '../../publish/check-run.ts'
import { withoutCommands } from '../../report/escape/terminal.ts'

/** GitHub shows ten of each level for a step; one place is left for the verdict. */
const MOST_ANNOTATIONS = 9

/** Remarks beside the code without a check run: by commands to the runner, which need no permission. */
export function tellAnnotations(annotations: readonly CheckAnnotation[]): void {
  for (const { path, line, level, title, message } of annotations.slice(0, MOST_ANNOTATIONS)) {
    const tell = level === 'failure' ? core.error : core.warning
    tell(message, { title, file: path, startLine: line })
  }
}

/** Lines whose text was escaped for a terminal before: nothing in them becomes a command of the runner. */
export function tellLines(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${withoutCommands(line)}\n`)
}
