import { open } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { isMapping } from '../../kit/is-mapping.ts'

const MOST_BYTES = 1_048_576
const MOST_ALIASES = 100

/** The text of a file that a project may or may not have; undefined where it cannot be read or is larger than a megabyte. */
export async function readSmall(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    return size > MOST_BYTES ? undefined : await file.readFile('utf8')
  } catch {
    return undefined
  }
}

/** Every YAML document of a text as plain data; none where it is not YAML. */
export function documentsOf(text: string): readonly unknown[] {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' })
    return Array.isArray(documents)
      ? documents
          .filter(({ errors }) => errors.length === 0)
          .map((document) => document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown)
      : []
  } catch {
    return []
  }
}

/** The members of a mapping; none where it is something else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {}
}
