/** A Markdown table from finished cells; `columns` are heads with `:--` or `--:` below. */
export function table(
  columns: readonly { readonly head: string; readonly align: 'left' | 'right' | 'center' }[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ head }) => head)),
    `|${columns.map(({ align }) => RULES[align]).join('|')}|`,
    ...rows.map(line),
  ]
}
const RULES = { left: ':--', right: '--:', center: ':-:' } as const

/** A folded part: the blank lines let GitHub read Markdown inside. */
export function details(summary: string, body: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...body, '</details>'].join('\n\n')
}
