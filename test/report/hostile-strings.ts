/** What attackers and accidents put into names: each tries to be more than text in at least one medium. */
const ATTEMPTS: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</details></summary><b>out</b>',
  '--> <!-- seaworthy:other v1 at=1 -->',
  '--!> closed',
  '<![CDATA[ x ]]> ]]>',
  '&lt;b&gt; &#x3c;script&#x3e; &copy; &',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>&a;',
  '" onload="alert(1)',
  "' onfocus='alert(1)",
  '![image](https://evil.example/pixel.png)',
  '[link](javascript:alert(1))',
  '[ref]: https://evil.example "title"',
  '[^1] footnote',
  'https://evil.example/path?a=b#c',
  'www.evil.example',
  'mailto:someone@evil.example',
  'someone@evil.example',
  'ftp://evil.example',
  '@octocat',
  '@acme/owners please approve',
  'fixes #1, closes acme/shop#2 and GH-3',
  '7d3e1b0c5a2f48e9b6d1a41f2c97d03be8516fc2',
  ':shipit: :+1: :100:',
  '$x^2$ and $$y$$',
  '`code` ``more`` ```fence```',
  '```\nout of the fence\n```',
  '~~~ other fence',
  '\\`escaped\\` \\\\` twice',
  '| a | b |',
  '\\| backslash pipe \\\\|',
  'cell \\',
  '**bold** __strong__ *em* _em_ ~~gone~~',
  '# heading',
  '> [!CAUTION]\n> alert',
  '- item',
  '+ item',
  '1. item',
  '1) item',
  '---',
  '===',
  '- [x] task',
  '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u009b31m C1 \u0085 next line',
  '\u001b[2J\u001b[H cleared',
  'back\u0008\u0008\u0008space \u0000 null \u007f',
  '\r\n::error file=x::injected',
  '::add-mask::secret',
  '  ::set-output name=verdict::pass',
  '##[error]old form',
  '##vso[task.complete result=Succeeded]',
  '%0A::warning::encoded',
  '\u202egnp.exe\u202c reversed',
  '\u2066isolate\u2069 \u200fmark',
  'zero\u200bwidth\u200djoin\ufeff\u00ad',
  '\u{e0041}\u{e0042} tags',
  '\ud800 half \udc00 pair',
  'Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a tower',
  '漢字かな交じりの名前で幅が二倍になる'.repeat(3),
  '👩‍👩‍👧‍👦 family 🏴‍☠️',
  '$(id) `id` ; rm -rf / && "$HOME"',
  '\'; echo "',
  `$${'{{'} secrets.GITHUB_TOKEN }}`,
  '{{ template }} {% raw %}',
  '\u2028line\u2029paragraph',
  '\ufffe\uffff not characters',
  '__proto__',
  'constructor',
  '',
  '   ',
  'x'.repeat(700),
  '`'.repeat(300),
  '|'.repeat(300),
  '['.repeat(300),
]

/** At least 500: every attempt alone, in a sentence, at a line's end, and next to another one. */
export const HOSTILE_STRINGS: readonly string[] = [
  ...ATTEMPTS,
  ...ATTEMPTS.map((text) => `web ${text} api`),
  ...ATTEMPTS.map((text) => `\n${text}\n`),
  ...ATTEMPTS.map((text, place) => `${text}${ATTEMPTS[(place * 7 + 3) % ATTEMPTS.length]}`),
  ...ATTEMPTS.map((text) => `a${text}`),
  ...ATTEMPTS.map((text) => `\\${text}`),
  ...ATTEMPTS.map((text) => `${text}\\`),
]

/** Keys whose texts come from suites, clusters, services or the judge's sentences. Words of a closed list stay. */
const TEXT_KEYS: ReadonlySet<string> = new Set(
  'name detail means description workload target mechanism objective seen what why remedy text service parameter digest id version machine shard head base branch repository runUrl engine file type summary phase'.split(
    ' ',
  ),
)
const LIST_KEYS: ReadonlySet<string> = new Set(['targets', 'touched', 'untouched', 'warnings', 'outside', 'queries'])

/** The same value with every free text in it replaced; numbers, verdicts and codes stay. */
export function withText<T>(value: T, text: string): T {
  return replaced(value, '', text) as T
}

function replaced(value: unknown, key: string, text: string): unknown {
  if (typeof value === 'string') return TEXT_KEYS.has(key) || LIST_KEYS.has(key) ? text : value
  if (Array.isArray(value)) return value.map((item) => replaced(item, key, text))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(
    ([inner, part]) => [inner, keeps(key, inner) ? part : replaced(part, inner, text)] as const,
  )
  return Object.fromEntries(entries)
}

/** Names that are words of ours. */
function keeps(parent: string, key: string): boolean {
  return key === 'name' && (parent === 'tool' || parent === 'platform')
}
