/** The deepest part of a real journal is a parameter of a fault, some 12 levels down. */
const MOST_DEPTH = 40
const MOST_VALUES = 2_000_000
const MOST_ITEMS = 20_000
const MOST_CHARACTERS = 20_000
/** Times are some 2e12 ms since the epoch, and dates end at 8.64e15. */
const LARGEST = 1e15
const MOST_EXPERIMENTS = 1_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = [0x5b, 0x7b]
const CLOSE = [0x5d, 0x7d]
const COMMA = 0x2c

/** Why a JSON text is not even parsed: it is nested too deeply or holds too much. One pass, no recursion. */
export function textProblem(text: string): string | undefined {
  let depth = 0
  let values = 0
  let quoted = false
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place)
    if (quoted) {
      if (code === BACKSLASH) place += 1
      else if (code === QUOTE) quoted = false
      continue
    }
    if (code === QUOTE) quoted = true
    else if (OPEN.includes(code)) {
      depth += 1
      values += 1
    } else if (CLOSE.includes(code)) depth -= 1
    else if (code === COMMA) values += 1
    if (depth > MOST_DEPTH) return `it is nested more than ${MOST_DEPTH} levels deep`
    if (values > MOST_VALUES) return `it holds more than ${MOST_VALUES} values`
  }
  return undefined
}

/** Why a value from a journal is not looked at further: something in it is larger than any run makes it. */
export function boundsProblem(value: unknown): string | undefined {
  const { experiments } = (value ?? {}) as { experiments?: unknown }
  if (Array.isArray(experiments) && experiments.length > MOST_EXPERIMENTS)
    return `it has more than ${MOST_EXPERIMENTS} experiments`
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    const problem = problemOf(next)
    if (problem !== undefined) return problem
    // One by one: a spread of many arguments would exhaust the stack.
    if (typeof next === 'object' && next !== null) for (const member of Object.values(next)) waiting.push(member)
  }
  return undefined
}

function problemOf(value: unknown): string | undefined {
  if (typeof value === 'number' && !(Math.abs(value) <= LARGEST)) return 'it has a number that no run measures'
  if (typeof value === 'string') return lengthProblem(value)
  if (typeof value !== 'object' || value === null) return undefined
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  if ((Array.isArray(value) ? value.length : keys.length) > MOST_ITEMS)
    return `it has a list of more than ${MOST_ITEMS} items`
  if (keys.includes('__proto__')) return 'it has a key that no journal has'
  return keys.map(lengthProblem).find((problem) => problem !== undefined)
}

function lengthProblem(text: string): string | undefined {
  return text.length > MOST_CHARACTERS ? `it has a text of more than ${MOST_CHARACTERS} characters` : undefined
}
