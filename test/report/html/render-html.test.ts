import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Journal, journalSchema } from '../../../src/model/journal.ts'
import { renderHtml } from '../../../src/report/html/render-html.ts'
import {
  failJournal,
  firstRunJournal,
  hostileJournal,
  inconclusiveJournal,
  manyJournal,
  passJournal,
  SAMPLE_JOURNALS,
} from '../sample-journals.ts'

const BUDGET_BYTES = 2_000_000
/** Signs of a number that was none, or of a value that was missing. */
const BROKEN = /\bNaN\b|\bundefined\b|\bInfinity\b|\[object|>null</

const text = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u202f', ' ')

describe.each(Object.keys(SAMPLE_JOURNALS))('the page of sample %s', (name) => {
  const journal = SAMPLE_JOURNALS[name]?.() ?? expect.fail(`no sample called ${name}`)
  const page = renderHtml(journal)

  it('is the same for the same journal', () => {
    expect(renderHtml(journalSchema.parse(JSON.parse(JSON.stringify(journal))))).toBe(page)
  })

  it('has no script, no handler, no address to load from, and a policy that forbids them', () => {
    const tags = page.match(/<[a-z!][^>]*>/gi) ?? []
    expect(
      tags.filter((tag) =>
        /^<(?:script|iframe|object|embed|img|link|form|base|foreignObject|image|use|animate|set)\b/i.test(tag),
      ),
    ).toEqual([])
    expect(
      tags.filter((tag) =>
        /\s(?:on\w+|src|srcset|action|formaction|xlink:href|background)\s*=/i.test(tag.replace(/"[^"]*"/g, '""')),
      ),
    ).toEqual([])
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`.replaceAll(
        "'",
        '&#39;',
      ),
    )
    expect(page.match(/url\((?!#)/g)).toBeNull()
  })

  it('links to its own parts and to known servers only', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))
    expect(ids.size).toBe([...page.matchAll(/ id="/g)].length)
    const targets = [...page.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href ?? '')
    expect(
      targets.filter(
        (href) =>
          !href.startsWith('https://github.com/acme/shop/') && !(href.startsWith('#') && ids.has(href.slice(1))),
      ),
    ).toEqual([])
  })

  it('prints no broken number', () => {
    expect(BROKEN.exec(name === 'hostile' ? '' : text(page))).toBeNull()
    expect(/(?:\bd|style|x|y|width|height)="[^"]*(?:NaN|undefined|Infinity)/.exec(page)).toBeNull()
  })

  it('fits its budget', () => {
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(BUDGET_BYTES)
  })
})

describe('what the page says', () => {
  it('puts the verdict first, and each failure with its number, its need, why and what to try', () => {
    const words = text(renderHtml(failJournal()))
    expect(words.indexOf('3 of 7 experiments did not hold')).toBeLessThan(600)
    for (const said of [
      '97.1 % ± 0.6, needs 99.5 %',
      'breaks between 250 ms and 280 ms, must hold 300 ms',
      'did not recover within 30 s',
      '84 of them at exactly 2 s',
      'Try Give the call from api to cache a timeout',
      'was proven to be below 90 %',
    ])
      expect(words.replace(/\s+/g, ' ')).toContain(said)
  })

  it('opens what did not hold and leaves the rest closed', () => {
    const opened = (journal: Journal) =>
      [...renderHtml(journal).matchAll(/<details class="exp is-(\w+)" id="\w+"( open)?>/g)].map(([, shape, open]) => [
        shape,
        open !== undefined,
      ])
    expect(opened(failJournal())).toEqual([
      ['fail', true],
      ['fail', true],
      ['fail', true],
      ['pass', false],
      ['pass', false],
      ['pass', false],
      ['pass', false],
    ])
    expect(opened(passJournal()).some(([, open]) => open)).toBe(false)
  })

  it('says that no number stands for a pass when a fault proved nothing', () => {
    const words = text(renderHtml(inconclusiveJournal()))
    for (const said of [
      'fault without effect',
      'fault not met by the traffic',
      'no effect measured',
      '598 are needed to tell',
      'This blocks the merge',
      'Prometheus returned nothing',
    ])
      expect(words).toContain(said)
  })

  it('does not believe a journal that claims a pass nobody measured', () => {
    const forged: Journal = {
      ...firstRunJournal(),
      experiments: firstRunJournal().experiments.map((one) => ({ ...one, ran: false })),
    }
    expect(text(renderHtml(forged))).not.toMatch(/\bPass\b/)
  })

  it('links to another server only when the caller names it', () => {
    const journal: Journal = {
      ...passJournal(),
      change: {
        repository: 'acme/shop',
        pullRequest: 7,
        head: 'a',
        base: null,
        branch: null,
        runUrl: 'https://git.acme.example/acme/shop/actions/runs/9',
      },
    }
    expect(renderHtml(journal)).not.toContain('href="https:')
    expect(renderHtml(journal, { hosts: ['git.acme.example'] })).toContain(
      'href="https://git.acme.example/acme/shop/pull/7"',
    )
  })

  it('shows hostile text as text', () => {
    const page = renderHtml(hostileJournal())
    expect(page).toContain('&lt;script&gt;document.title=')
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/)
    expect(page).not.toContain('\u001b')
  })
})

describe('large runs', () => {
  it('leaves the charts of passed experiments out above 60, and says so', () => {
    const page = renderHtml(manyJournal(61))
    expect(text(page)).toContain('Charts of passed experiments are left out')
    expect(page.match(/<figure class="chart"/g)).toHaveLength(6)
  })

  it('stays within its budget however many there are, and says what is missing', () => {
    const page = renderHtml(manyJournal(600))
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(BUDGET_BYTES)
    expect(text(page)).toMatch(/\d+ more experiments are in journal\.json/)
  })
})

describe('incomplete journals', () => {
  const number = fc.double({ min: -1e12, max: 1e12, noNaN: true })
  const estimate = fc.oneof(
    fc.constant(null),
    fc.record({
      value: fc.option(number),
      low: fc.option(number),
      high: fc.option(number),
      n: fc.nat(),
      bad: fc.nat(),
      designEffect: fc.constant(1),
    }),
  )
  const slice = fc.record({
    tMs: fc.nat(100_000),
    window: fc.constantFrom('baseline' as const, 'fault' as const, 'recovery' as const),
    n: fc.nat(5),
    bad: fc.constant(0),
    value: fc.option(number),
  })
  const objective = fc.record({
    unit: fc.constantFrom('share' as const, 'ms' as const, 'value' as const),
    need: fc.constantFrom(
      { kind: 'share' as const, target: 0.9 },
      { kind: 'below' as const, value: 0 },
      { kind: 'above' as const, value: 3 },
      { kind: 'increase' as const, atMost: 0.1 },
    ),
    verdict: fc.constantFrom('pass' as const, 'fail' as const, 'inconclusive' as const),
    baseline: estimate,
    fault: estimate,
    recovery: estimate,
    increase: estimate,
    slices: fc.array(slice, { maxLength: 6 }),
  })

  it('are shown without a broken number, whatever is missing from them', () => {
    const journal = firstRunJournal()
    const [one] = journal.experiments
    const [like] = one?.objectives ?? []
    if (one === undefined || like === undefined) throw new Error('the sample has changed')
    fc.assert(
      fc.property(
        fc.array(objective, { maxLength: 3 }),
        fc.option(
          fc.record({
            lowMs: fc.nat(9_000),
            highMs: fc.option(fc.nat(9_000)),
            limitMs: fc.option(fc.nat(9_000)),
            objective: fc.constant(null),
            verdict: fc.constant('fail' as const),
          }),
        ),
        (objectives, recovery) => {
          const page = renderHtml({
            ...journal,
            experiments: [
              {
                ...one,
                recovery,
                objectives: objectives.map((parts, place) => ({ ...like, ...parts, name: `objective ${place}` })),
              },
            ],
          })
          expect(BROKEN.exec(text(page))).toBeNull()
          expect(/(?:\bd|style|x|y)="[^"]*(?:NaN|undefined|Infinity)/.exec(page)).toBeNull()
        },
      ),
      { numRuns: 60 },
    )
  })
})
