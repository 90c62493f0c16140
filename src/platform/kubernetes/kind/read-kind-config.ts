import { readFile, stat } from 'node:fs/promises'
import { isMap, LineCounter, parseDocument } from 'yaml'
import { messageOf, SeaworthyError } from '../../../kit/errors.ts'
import { shown } from '../../../kit/shown.ts'

const KIND = 'Cluster'
const API_VERSION = 'kind.x-k8s.io/v1alpha4'
/** More than any configuration needs. */
const LARGEST_BYTES = 1024 ** 2
const WRITE = `Write \`kind: ${KIND}\` and \`apiVersion: ${API_VERSION}\`: https://kind.sigs.k8s.io/docs/user/configuration/`

/**
 * The text of a configuration of kind, read once and before anything is made. What its keys mean only kind itself knows;
 * that it is one at all is checked here. Throws SeaworthyError('INPUT') with `file:line:column` where there is a line.
 */
export async function readKindConfig(file: string): Promise<string> {
  const text = await textOf(file)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
  const [mistake] = document.errors
  if (mistake) throw refusal(at(mistake.pos[0]), `this is no YAML: ${mistake.message}`, 'Correct it.', file)
  const { contents } = document
  if (!isMap(contents)) throw refusal(at(0), 'this is no configuration of kind', WRITE, file)
  for (const [key, expected] of [
    ['kind', KIND],
    ['apiVersion', API_VERSION],
  ] as const) {
    const found: unknown = contents.get(key)
    if (found === expected) continue
    const node = contents.get(key, true) as { readonly range?: readonly number[] } | undefined
    const words = found === undefined ? 'is missing' : `is ${shown(found)}`
    throw refusal(at(node?.range?.[0] ?? 0), `${key} ${words}, and ${expected} was expected`, WRITE, file)
  }
  return text
}

async function textOf(file: string): Promise<string> {
  try {
    const found = await stat(file)
    if (!found.isFile() || found.size > LARGEST_BYTES) throw new Error('it is not a file of at most 1 MiB')
    return await readFile(file, 'utf8')
  } catch (error) {
    throw refusal(file, `the configuration of kind cannot be read: ${messageOf(error)}`, 'Correct its path.', file)
  }
}

function refusal(where: string, what: string, remedy: string, target: string): SeaworthyError {
  return new SeaworthyError('INPUT', `--kind-config: ${where}: ${what}`, { remedy, target })
}
