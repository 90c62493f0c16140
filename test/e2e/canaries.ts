import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Finished } from './gate.ts'

/** A secret that is found again wherever it comes to lie. */
export interface Canary {
  readonly name: string
  readonly value: string
  /** Its unique part, of letters and digits: the same in every encoding but base64. */
  readonly core: string
}

/** Something that was written or sent, and where. */
export interface Text {
  readonly where: string
  readonly text: string
}

/** So much of a secret is as good as a leak: whoever cuts a text must not leave half of it. */
const FRAGMENT = 10
const CORE = 24

/** With characters that URLs, JSON, shells and base64 each write in their own way; `plain` leaves the quotes out. */
export function canary(name: string, quotes: 'quoted' | 'plain' = 'quoted'): Canary {
  const core = createHash('sha512').update(name).digest('base64').replaceAll(/[+/=]/g, '').slice(0, CORE)
  return { name, core, value: quotes === 'plain' ? `c/0+9=${core}` : `c/0+9 "it's"\\=${core}` }
}

/** How a secret can be written; told by name so that a failure says what to look for. */
export function encodingsOf(value: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(value)
  const base64 = [0, 1, 2].map((offset) => {
    // Three bytes are four characters: those that hold a bit of what stands before or after are not the secret's alone.
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3))
  })
  return {
    raw: value,
    'URL-encoded': encodeURIComponent(value),
    'JSON-escaped': JSON.stringify(value).slice(1, -1),
    'shell-quoted': value.replaceAll("'", String.raw`'\''`),
    'base64 at 0': base64[0] ?? '',
    'base64 at 1': base64[1] ?? '',
    'base64 at 2': base64[2] ?? '',
  }
}

/** Every place of every canary in these texts, as `canary in where (encoding)`. */
export function leaksIn(texts: readonly Text[], canaries: readonly Canary[]): readonly string[] {
  const needles = canaries.flatMap(needlesOf)
  return texts.flatMap(({ where, text }) => [
    ...new Set(
      needles.flatMap(({ needle, encoding, name }) =>
        text.includes(needle) ? [`${name} in ${where} (${encoding})`] : [],
      ),
    ),
  ])
}

function needlesOf({ name, value, core }: Canary) {
  const whole = Object.entries(encodingsOf(value)).map(([encoding, needle]) => ({ name, encoding, needle }))
  const inBase64 = Object.entries(encodingsOf(core)).filter(([encoding]) => encoding.startsWith('base64'))
  const fragments = Array.from({ length: core.length - FRAGMENT + 1 }, (_, at) => core.slice(at, at + FRAGMENT))
  return [
    ...whole,
    ...inBase64.map(([encoding, needle]) => ({ name, encoding, needle })),
    ...fragments.map((needle) => ({ name, encoding: 'a part of it', needle })),
  ]
}

/** All files below these folders, text or not. */
export function filesBelow(...folders: readonly string[]): readonly Text[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ where: path, text: readFileSync(path, 'utf8') }))
}

/** All that a command said. */
export function told({ stdout, stderr }: Finished): readonly Text[] {
  return [
    { where: 'standard output', text: stdout },
    { where: 'standard error', text: stderr },
  ]
}

export function expectNoLeak(texts: readonly Text[], canaries: readonly Canary[]): void {
  expect(texts.length).toBeGreaterThan(0)
  expect(leaksIn(texts, canaries)).toEqual([])
}
