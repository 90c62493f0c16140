import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../golden/report')

/** Compares with the file, or writes it when `UPDATE_GOLDEN=1`. A missing file is a failure, not a first run. */
export function expectGolden(file: string, text: string): void {
  const path = join(FOLDER, file)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(existsSync(path), `${file} is missing: run with UPDATE_GOLDEN=1`).toBe(true)
  expect(text).toBe(readFileSync(path, 'utf8'))
}
