import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeRegex, escapeString, fillPlaceholders } from '../../src/observe/prometheus/placeholders.ts'
import { tokensOf } from '../../src/observe/prometheus/promql-tokens.ts'
import { parseSelector, selectorFor, selectorsIn } from '../../src/observe/prometheus/selector.ts'

describe('plain selectors', () => {
  it.each([
    ['http_requests_total', 'http_requests_total', 0],
    ['http_requests_total{}', 'http_requests_total', 0],
    ['  job:requests:sum {code=~"5..", job!=\'x\',}  ', 'job:requests:sum', 2],
    ['{__name__="a", b!~`c\\d`}', '', 2],
    ['a{b="}[5m] # not a comment"} # a comment', 'a', 1],
  ])('%s', (text, name, matchers) => {
    const selector = parseSelector(text)
    expect(selector.name).toBe(name)
    expect(selector.matchers).toHaveLength(matchers)
  })

  it.each([
    ['rate(http_requests_total[5m])', /calls a function/],
    ['sum by (job) (x)', /calls a function/],
    ['x[5m]', /range of its own/],
    ['x{a="b"}[5m]', /range of its own/],
    ['x offset 5m', /not a plain selector/],
    ['x{a="b"} offset 5m', /not a plain selector/],
    ['x @ 1', /not a plain selector/],
    ['a or b', /not a plain selector/],
    ['a{b="c"} or d{e="f"}', /not a plain selector/],
    ['1', /not a plain selector/],
    ['', /not a plain selector/],
    ['x{a}', /not a plain selector/],
    ['x{a="b" c="d"}', /not a plain selector/],
    ['x{a=b}', /not a plain selector/],
    ['x{a="b"', /not a plain selector/],
    ['x{a=="b"}', /not a plain selector/],
    ['x{a="b}', /string does not end/],
    ["x{a='b\n'}", /string does not end/],
  ])('refuses %s', (text, why) => {
    expect(() => parseSelector(text)).toThrow(why)
  })

  it('can be written again for another metric', () => {
    const { matchers } = parseSelector('x{a=~"b.*",c!=\'d\'}')
    expect(selectorFor('x_bucket', matchers)).toBe(`x_bucket{a=~"b.*",c!='d'}`)
  })

  it.each([
    ['max(queue_lag_seconds{namespace="n"})', ['queue_lag_seconds{namespace="n"}']],
    ['sum by (job) (rate(a[5m])) / on (job) group_left (x) sum(b) by (job)', ['a', 'b']],
    ['a offset 5m and b unless c == bool 1', ['a', 'b', 'c']],
    ['{__name__="z"} + 2', ['{__name__="z"}']],
    ['vector(1)', []],
    ['label_replace(a, "b", "$1", "c", "(.*)")', ['a']],
  ])('are found in %s', (query, selectors) => {
    expect(selectorsIn(query)).toEqual(selectors)
  })
})

describe('$namespace', () => {
  it('is replaced inside strings, escaped for what it stands in', () => {
    const namespace = 'a.b"c\\d'
    expect(fillPlaceholders('x{n="$namespace"}', { namespace })).toBe('x{n="a.b\\U00000022c\\\\d"}')
    expect(fillPlaceholders('x{n=~"$namespace|y"}', { namespace })).toBe('x{n=~"a\\\\.b\\U00000022c\\\\\\\\d|y"}')
    expect(fillPlaceholders("x{n='pre-$namespace-post'}", { namespace: "it's" })).toBe("x{n='pre-it\\U00000027s-post'}")
    expect(fillPlaceholders('x{n=`$namespace`}', { namespace: 'a"b' })).toBe('x{n=`a"b`}')
    expect(fillPlaceholders('x{n="$namespaced"} # $namespace', { namespace: 'n' })).toBe(
      'x{n="$namespaced"} # $namespace',
    )
    expect(fillPlaceholders('x', { namespace: undefined })).toBe('x')
  })

  it('is refused where it could not be contained', () => {
    expect(() => fillPlaceholders('x{n=$namespace}', { namespace: 'n' })).toThrow(/inside quotes/)
    expect(() => fillPlaceholders('x{n=`$namespace`}', { namespace: 'a`b' })).toThrow(/backtick/)
    expect(() => fillPlaceholders('x{n="$namespace"}', { namespace: undefined })).toThrow(/no namespace/)
  })

  it('never leaves its string, whatever it is', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"} or vector(1) #', '\\', '\\"', '$&', "'", '\n', '\u2028', '$namespace', '`', '"'),
    )
    fc.assert(
      fc.property(
        fc.array(hostile, { maxLength: 4 }).map((parts) => parts.join('')),
        fc.constantFrom('"', "'"),
        fc.constantFrom('=', '=~', '!~'),
        (namespace, mark, operator) => {
          const filled = fillPlaceholders(`x{n${operator}${mark}$namespace${mark},m="1"}`, { namespace })
          const { matchers } = parseSelector(filled)
          expect(matchers.map(({ label }) => label)).toEqual(['n', 'm'])
          expect(tokensOf(filled)).toHaveLength(10)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('matches only itself as a regular expression', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const pattern = new RegExp(`^(?:${escapeRegex(text)})$`, 's')
        expect(pattern.test(text)).toBe(true)
        expect(pattern.test(other)).toBe(other === text)
      }),
    )
    expect(escapeString('tab\there')).toBe('tab\\U00000009here')
  })
})
