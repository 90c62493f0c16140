/** The runner's own names of commands; any other is not obeyed, but is still no text of ours. */
export interface LogCommand {
  readonly name: string
  readonly keys: readonly string[]
}

/**
 * What a runner would obey in a line, as its ActionCommand reads it: `::name key=value::data` at the start after spaces,
 * else `##[name key=value]data` anywhere.
 */
export function commandOf(line: string): LogCommand | undefined {
  const trimmed = line.trimStart()
  if (trimmed.startsWith('::')) {
    const end = trimmed.indexOf('::', 2)
    if (end >= 0) return parsed(trimmed.slice(2, end), ',')
  }
  const start = line.indexOf('##[')
  const end = start < 0 ? -1 : line.indexOf(']', start)
  return end < 0 ? undefined : parsed(line.slice(start + 3, end), ';')
}

function parsed(head: string, between: string): LogCommand {
  const space = head.indexOf(' ')
  const name = space < 0 ? head : head.slice(0, space)
  const pairs = space < 0 ? [] : head.slice(space + 1).split(between)
  return { name, keys: pairs.map((pair) => pair.trim().split('=')[0] ?? '').filter((key) => key !== '') }
}
