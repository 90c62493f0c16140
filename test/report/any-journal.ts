import fc from 'fast-check'
import type { Journal } from '../../src/model/journal.ts'
import { HOSTILE_STRINGS, withText } from './hostile-strings.ts'
import { SAMPLE_JOURNALS } from './sample-journals.ts'

const PATHS = ['seaworthy.yaml', './ops/gate.yaml', '/etc/passwd', 'C:\\x.yaml', '../x.yaml', 'a:b/é #?%.yaml', '']
/** A journal's own schema has whole numbers; their size is a matter of who wrote it. */
const LINES = [-1, 0, 1, 2 ** 31, Number.MAX_SAFE_INTEGER]
/** Before and after what dates can be. */
const TIMES = [-9e15, -1, 0, 1.7e12, 8.64e15, 9e15]

const text = fc.oneof(fc.constantFrom(...HOSTILE_STRINGS), fc.string({ unit: 'binary', maxLength: 200 }))

/** What a journal is made of that nobody would write: any text in any place, any path, line and time, many experiments. */
export const anyParts = fc.record({
  sample: fc.constantFrom(...Object.entries(SAMPLE_JOURNALS).map(([name, make]) => ({ name, make }))),
  texts: fc.array(text, { minLength: 1, maxLength: 8 }),
  file: fc.oneof(fc.constantFrom(...PATHS), text),
  lines: fc.array(fc.oneof(fc.constantFrom(...LINES), fc.nat()), { minLength: 1, maxLength: 5 }),
  times: fc.tuple(fc.constantFrom(...TIMES), fc.constantFrom(...TIMES)),
  copies: fc.integer({ min: 1, max: 20 }),
})

type Parts = typeof anyParts extends fc.Arbitrary<infer T> ? T : never

export function journalOf({ sample, texts, file, lines, times: [startedAtMs, endedAtMs], copies }: Parts): Journal {
  let place = 0
  const next = <T>(list: readonly T[]): T => list[place++ % list.length] as T
  const journal = withText(sample.make(), () => next(texts))
  const experiments = Array.from({ length: copies }, () => journal.experiments).flat()
  return {
    ...journal,
    suite: { ...journal.suite, file },
    run: { ...journal.run, startedAtMs, endedAtMs },
    experiments: experiments.map((one) => ({
      ...one,
      line: next(lines),
      objectives: one.objectives.map((objective) => ({ ...objective, line: next(lines) })),
    })),
  }
}
