/** `/seaworthy approve <12 to 64 hex digits of the plan>`, a line by itself and nothing beside it. */
const COMMAND = /^\/seaworthy approve ([0-9a-f]{12,64})[ \t]*$/
const FENCE = /^ {0,3}(`{3,}|~{3,})/

/** The line to write, with all digits. */
export function approveLine(planSha256: string): string {
  return `/seaworthy approve ${planSha256}`
}

/**
 * The digests that a comment approves. What is quoted, indented, in a fence of code or hidden in a comment of HTML is
 * about the command, and is not the command. Pure.
 */
export function approvedDigests(text: string): readonly string[] {
  const digests: string[] = []
  let fence: string | undefined
  let hidden = false
  for (const line of text.split(/\r\n|\r|\n/)) {
    const mark = FENCE.exec(line)?.[1]
    if (hidden) {
      if (line.includes('-->')) hidden = false
    } else if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined
    } else if (mark !== undefined) fence = mark
    else if (line.includes('<!--')) hidden = !line.slice(line.lastIndexOf('<!--')).includes('-->')
    else {
      const digest = COMMAND.exec(line)?.[1]
      if (digest !== undefined) digests.push(digest)
    }
  }
  return digests
}
