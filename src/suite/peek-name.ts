import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'

/** The parser is slow on brackets without end; no shorter text can hold enough of them. */
const FEW_CHARACTERS = 65_536
const LONGEST_NAME = 200

/**
 * The name in a suite that may be full of mistakes, so that what is said of it can be said in its name; undefined where
 * none can be read. Never throws.
 */
export async function peekSuiteName(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    if (text.length >= FEW_CHARACTERS) return undefined
    const name: unknown = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' }).getIn(['metadata', 'name'])
    const known = typeof name === 'string' && name.trim() !== '' && name.length <= LONGEST_NAME && !name.includes('${')
    return known ? name : undefined
  } catch {
    return undefined
  }
}
