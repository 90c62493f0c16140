import { Lexer, LineCounter, parseDocument, type YAMLParseError } from 'yaml'
import { SuiteError, type SuiteIssue } from '../../kit/errors.ts'
import type { Environment } from './expand.ts'
import { formatPath, type Places, places } from './places.ts'
import { type ConversionMistake, type ExpandedText, toValue } from './to-value.ts'

type SuiteIssueStart = Pick<SuiteIssue, 'line' | 'column' | 'path'>

export interface SuiteDocument {
  readonly value: unknown
  readonly places: Places
  /** Texts that had variables in them, by `pathKey`. */
  readonly expanded: ReadonlyMap<string, ExpandedText>
  /** Mistakes that leave the rest of the document readable. */
  readonly issues: readonly SuiteIssue[]
}

/** Larger than any suite that a person reads, small enough to be refused at once. */
export const MOST_BYTES = 262_144
/** The parser is slow on brackets and quotes without end; splitting into words is not, and stops here. */
const MOST_WORDS = 120_000
/** Shorter texts cannot have enough words to matter. */
const FEW_CHARACTERS = 65_536
const MOST_SYNTAX_ISSUES = 5

/**
 * YAML 1.2 text to plain data with positions. Throws SuiteError where the text is no YAML, is more than one document,
 * is no text at all, or would grow without end.
 */
export function readDocument(source: string, file: string, environment: Environment): SuiteDocument {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source
  refuseWhole(text, file)
  const lines = new LineCounter()
  // Keys are compared here and not by the parser, which compares each with each.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, version: '1.2' })
  const at = (offset: number): SuiteIssueStart => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col), path: '' }
  }
  if (document.directives?.yaml.version !== '1.2') {
    throw new SuiteError(file, [
      { ...at(0), message: 'a suite is written in YAML 1.2', remedy: 'Remove the %YAML line.' },
    ])
  }
  if (document.errors.length > 0) throw new SuiteError(file, syntaxIssues(document.errors, text, at))
  const issues: SuiteIssue[] = document.warnings.map((warning) => ({
    ...at(warning.pos[0]),
    message: `not understood: ${warning.message}`,
    remedy: 'Write a plain text, number, list or mapping, without a tag (!name).',
  }))
  const mistakes: ConversionMistake[] = []
  const { value, expanded, aliases } = toValue(document.contents, environment, (mistake) => mistakes.push(mistake))
  for (const { node, path, message, remedy } of mistakes) {
    const offset = (node as { range?: [number, number, number] | null } | null)?.range?.[0] ?? 0
    issues.push({ ...at(offset), path: formatPath(path), message, remedy })
  }
  if (value === undefined) throw new SuiteError(file, issues)
  return { value, places: places(document.contents, aliases, lines), expanded, issues }
}

function hasMoreWords(text: string): boolean {
  if (text.length < FEW_CHARACTERS) return false
  let count = 0
  for (const _ of new Lexer().lex(text)) if (++count > MOST_WORDS) return true
  return false
}

/** The first mistake of a line, and none that is only what follows from an earlier one. */
function syntaxIssues(
  errors: readonly YAMLParseError[],
  text: string,
  at: (offset: number) => SuiteIssueStart,
): readonly SuiteIssue[] {
  const lines = new Set<number>()
  const issues: SuiteIssue[] = []
  for (const error of errors) {
    const start = at(error.pos[0])
    const follows = issues.length > 0 && (lines.has(start.line) || error.code === 'UNEXPECTED_TOKEN')
    if (follows || issues.length === MOST_SYNTAX_ISSUES) continue
    lines.add(start.line)
    issues.push({ ...start, ...explain(error, text) })
  }
  return issues
}

export function tooMany(line: number, more: number): SuiteIssue {
  return { line, column: 1, path: '', message: `and ${more} more`, remedy: 'Mend these first.' }
}

function refuseWhole(text: string, file: string): void {
  const whole = (message: string, remedy: string) =>
    new SuiteError(file, [{ line: 1, column: 1, path: '', message, remedy }])
  const size = Buffer.byteLength(text)
  if (size > MOST_BYTES)
    throw whole(
      `the file has ${size} bytes; a suite has at most ${MOST_BYTES} (256 KiB)`,
      'Split it into several suites.',
    )
  if (text.includes('\0'))
    throw whole('this is a binary file, not a suite', 'Name the YAML file, such as seaworthy.yaml.')
  if (hasMoreWords(text))
    throw whole(
      `the file has more than ${MOST_WORDS} words and signs, which no suite needs`,
      'Split it into several suites.',
    )
  if (text.trim() === '') throw whole('the file is empty', 'Run `seaworthy init` to write a first suite.')
}

/** Our words for the mistakes that people make most; the parser's own for the rest. */
function explain({ code, message, pos }: YAMLParseError, text: string): { message: string; remedy: string } {
  if (text.slice(0, pos[0]).endsWith('$')) {
    return {
      message: 'inside { } or [ ] a value with ${ needs quotes',
      remedy: 'Put the whole value in double quotes.',
    }
  }
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'this line is indented with a tab', remedy: 'Indent with spaces: YAML allows no tabs.' }
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second document starts here; a suite is one document',
        remedy: 'Move it into a file of its own, or remove the --- line.',
      }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a value on this line holds a second colon',
        remedy: 'Put the value in quotes, or start the nested mapping on a line of its own.',
      }
    case 'MISSING_CHAR':
      return {
        message: `not valid YAML: ${firstLine(message)}`,
        remedy: 'Close the quote or bracket that was opened before.',
      }
    case 'BAD_INDENT':
      return {
        message: `not valid YAML: ${firstLine(message)}`,
        remedy: 'Indent keys of one mapping alike, and close each bracket.',
      }
    default:
      return {
        message: `not valid YAML: ${firstLine(message)}`,
        remedy: 'Look at this line and the one before it: indentation, quotes, brackets.',
      }
  }
}

const SHOWN_CHARACTERS = 120

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, SHOWN_CHARACTERS)
}
