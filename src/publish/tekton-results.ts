import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the Task declares; the same words as the action's outputs. */
export const TEKTON_RESULTS = [
  'verdict',
  'summary',
  'report-path',
  'journal-path',
  'experiments-failed',
  'leftovers',
] as const

export type TektonResults = Readonly<Record<(typeof TEKTON_RESULTS)[number], string>>

/** Tekton keeps all results of a pod in 4096 bytes of JSON and fails the step where they are more. */
const MOST_BYTES: TektonResultsBytes = {
  verdict: 20,
  summary: 1_500,
  'report-path': 300,
  'journal-path': 300,
  'experiments-failed': 20,
  leftovers: 20,
}
type TektonResultsBytes = Readonly<Record<keyof TektonResults, number>>

/** A path that lost its end would name another file. */
const WHOLE_OR_NOTHING: ReadonlySet<keyof TektonResults> = new Set(['report-path', 'journal-path'])

const SPACES = /[\s\u0085\u2028\u2029]+/gu
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu
/**
 * A result is put into other tasks as text: into scripts, and into environment variables, where Kubernetes replaces
 * `$(NAME)` by a secret that the task has under that name. What a shell, Kubernetes or HTML would act on is written in
 * its full-width form.
 */
const ACTIVE = /[$`\\"'<>&|;]/g
const FULL_WIDTH = 0xfee0
const ELLIPSIS = '…'
const encoder = new TextEncoder()

/**
 * Writes one file a result into the folder that Tekton reads when the step has ended, each whole or not at all. All of
 * them together take less than 2.6 kB of Tekton's 4 kB, whatever the texts hold.
 */
export async function writeTektonResults(folder: string, results: TektonResults): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of TEKTON_RESULTS) {
    const half = join(folder, `.${name}.half`)
    await writeFile(half, shownResult(name, results[name]))
    await rename(half, join(folder, name))
  }
}

/** The text of a result as a pipeline may use it: one line, inert, and no longer than its share. Pure. */
export function shownResult(name: keyof TektonResults, text: string): string {
  const inert = text
    .toWellFormed()
    .replace(SPACES, ' ')
    .replace(INVISIBLE, '')
    .replace(ACTIVE, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + FULL_WIDTH))
    .trim()
  const most = MOST_BYTES[name]
  if (bytesOf(inert) <= most) return inert
  return WHOLE_OR_NOTHING.has(name) ? '' : cut(inert, most)
}

/** By bytes, never within a character. What would need an escape in JSON is gone by now. */
function cut(text: string, most: number): string {
  let kept = ''
  let left = most - bytesOf(ELLIPSIS)
  for (const character of text) {
    left -= bytesOf(character)
    if (left < 0) break
    kept += character
  }
  return `${kept.trimEnd()}${ELLIPSIS}`
}

function bytesOf(text: string): number {
  return encoder.encode(text).length
}
