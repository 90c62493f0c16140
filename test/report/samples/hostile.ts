import type { Journal, JournalExperiment } from '../../../src/model/journal.ts'

/** What a suite, a cluster or a merged journal could try: mark-up, links, mentions, tables, terminals, direction, size. */
const ATTACKS = [
  '<script>document.title="owned"</script><img src=x onerror="document.title=1">',
  '"><svg onload=alert(1)><a href="https://evil.example/x">click</a>',
  "' onmouseover='alert(1)' style='position:fixed;inset:0",
  '</style></title></textarea><iframe src="https://evil.example"></iframe><!--',
  '@acme/owners @octocat please see #1 and GH-2 [link](javascript:alert(1)) ![i](https://evil.example/p.png)',
  '| a | b |\n|---|---|\n# title\n> [!CAUTION]\n```\n~~~ `x` ``y``',
  '\u001b[31mred\u001b[0m\u001b]8;;https://evil.example\u0007link\u0007 \u0000\u0008\u009b1m',
  '\u202egnp.exe\u2066 \u200b\u200d\ufeff\u2028::error file=x::owned',
  `${'W'.repeat(3_000)} ${'long words '.repeat(200)}`,
  '$\u007b{ secrets.GITHUB_TOKEN }} $(id) %0A::set-output name=verdict::pass',
] as const

const attack = (index: number): string => ATTACKS[index % ATTACKS.length] ?? ''

/** Puts an attack into every string of a value but for the keys whose words the schema fixes. */
function poison<Value>(value: Value, counter: { next: number }, key = ''): Value {
  if (typeof value === 'string') return FIXED.has(key) ? value : (`${attack(counter.next++)}` as Value)
  if (Array.isArray(value)) return value.map((item) => poison(item, counter, key)) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      poison(member, counter, `${key === 'parameters' ? 'parameters' : name}`),
    ]),
  ) as Value
}
const FIXED: ReadonlySet<string> = new Set(['verdict', 'code', 'unit', 'kind', 'window', 'status', 'endedBy'])

export function hostileExperiments(...experiments: JournalExperiment[]): JournalExperiment[] {
  return experiments.map((one, position) => poison(one, { next: position * 3 }))
}

/** The parts of a journal around its experiments. */
export function hostileFrame(): Omit<Partial<Journal>, 'experiments' | 'summary'> & { summary: string } {
  return {
    summary: attack(0),
    suite: { name: attack(1), file: attack(2), digest: attack(3) },
    change: {
      repository: attack(0),
      pullRequest: 1,
      head: attack(1),
      base: attack(4),
      branch: attack(6),
      runUrl: 'javascript:alert(document.domain)',
    },
    platform: { name: 'kubernetes', detail: attack(5) },
    engine: attack(7),
    plan: {
      digest: attack(0),
      touched: [attack(8), attack(1)],
      untouched: [attack(2)],
      warnings: ATTACKS.slice(),
      estimateMs: 1,
    },
    reasons: [{ code: 'OBJECTIVE_MISSED', detail: attack(0) }],
    outside: [attack(3), attack(6)],
    leftovers: [{ what: attack(0), why: attack(4), remedy: attack(9) }],
    traffic: { kind: attack(0), requests: 10, lateP99Ms: null, description: attack(7) },
    timings: ATTACKS.map((phase) => ({ phase, ms: 1_000 })),
  }
}
