import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import * as z from 'zod'

/** Of code scanning: a file that is beyond one of them is refused, results and texts beyond are cut or not shown. */
const MOST = { gzipped: 10 * 1024 * 1024, results: 25_000, rules: 25_000, text: 1_024, name: 255 }

/** Half a surrogate pair is no text that UTF-8 can hold. */
const text = z.string().refine((value) => value.isWellFormed(), 'half a character')
const said = text.min(1)
/** Of a message only words: no place for an argument that is not there (§3.11.5), no link (§3.11.6). */
const words = said
  .refine((value) => !/[{}]/.test(value.replaceAll(/\{\{|\}\}/g, '')), 'a brace that is not doubled')
  .refine((value) => !/\]\(/.test(value), 'a link')
const short = z.strictObject({ text: words.max(MOST.text) })
const message = z.strictObject({ text: words })
const level = z.enum(['none', 'note', 'warning', 'error'])
/** RFC 3339, in UTC (§3.9). */
const utc = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)

const rule = z.strictObject({
  id: said.max(MOST.name),
  name: z
    .string()
    .regex(/^([A-Z][a-z]+)+$/)
    .max(MOST.name),
  shortDescription: short,
  fullDescription: short,
  help: message,
  defaultConfiguration: z.strictObject({ level }),
})

const result = z.strictObject({
  ruleId: said,
  ruleIndex: z.int().min(0),
  level: level.exclude(['none']),
  message,
  locations: z
    .array(
      z.strictObject({
        physicalLocation: z.strictObject({
          artifactLocation: z.strictObject({ uri: text.refine(isInRepository, 'not a path in the repository') }),
          region: z.strictObject({ startLine: z.int().min(1) }),
        }),
        logicalLocations: z.tuple([z.strictObject({ name: said, kind: z.literal('member') })]),
      }),
    )
    .length(1),
  partialFingerprints: z.record(z.string().regex(/^[\w/]+$/), said),
})

const run = z.strictObject({
  tool: z.strictObject({
    driver: z.strictObject({ name: said, version: text, rules: z.array(rule).max(MOST.rules) }),
  }),
  automationDetails: z.strictObject({ id: z.string().regex(/^seaworthy\/[^/]*\/[^/]*$/) }),
  invocations: z.tuple([
    z.strictObject({
      executionSuccessful: z.boolean(),
      exitCode: z.int(),
      startTimeUtc: utc.optional(),
      endTimeUtc: utc.optional(),
      toolExecutionNotifications: z.array(z.strictObject({ level, message })),
    }),
  ]),
  results: z.array(result).max(MOST.results),
  columnKind: z.literal('utf16CodeUnits'),
})

const log = z.strictObject({
  $schema: z.literal('https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'),
  version: z.literal('2.1.0'),
  runs: z.tuple([run]),
})
export type SarifRun = z.infer<typeof run>

/**
 * Fails where a SARIF file is not what the specification (SARIF 2.1.0, errata 01) demands of the parts that we write, or
 * not what GitHub's code scanning takes: what it requires, and its limits. Keys that we do not write are mistakes.
 */
export function lintSarif(sarif: string): SarifRun {
  expect(gzipSync(sarif).length).toBeLessThan(MOST.gzipped)
  const { success, error, data } = log.safeParse(JSON.parse(sarif))
  expect(success ? [] : error?.issues).toEqual([])
  const [found] = (data as z.infer<typeof log>).runs
  const ids = found.tool.driver.rules.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { ruleId, ruleIndex, level: its } of found.results) {
    expect(ids[ruleIndex]).toBe(ruleId)
    expect(found.tool.driver.rules[ruleIndex]?.defaultConfiguration.level).toBe(its)
  }
  return found
}

/** A relative reference (RFC 3986, section 4.2) to a file below where it is resolved against, in one way to write it. */
function isInRepository(uri: string): boolean {
  const root = 'file:///repository/'
  if (uri === '' || uri.startsWith('/') || /^[^/]*:/.test(uri) || /[\\?#\s]/.test(uri)) return false
  const { href, search, hash } = new URL(uri, root)
  return href === `${root}${uri}` && search + hash === '' && decodeURIComponent(uri) !== ''
}
