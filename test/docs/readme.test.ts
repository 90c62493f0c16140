import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const readme = readFileSync('README.md', 'utf8')

it('the comment that the first page shows is a real one', () => {
  const golden = readFileSync('test/golden/report/fail/comment.md', 'utf8')
  const quoted = [...readme.matchAll(/^> (.+)$/gm)].map(([, line = '']) => line)
  expect(quoted.length).toBeGreaterThan(5)
  for (const line of quoted) expect(golden).toContain(line.replace(/^\*\*(❌ Fail: .*)\*\*$/, '### $1'))
})

it('the commands of the first page are those of the package', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const commands = [...readme.matchAll(/^npm ci && npm (?:run )?(\w+)/gm)].map(([, name = '']) => name)
  expect(commands).toEqual(['demo', 'test'])
  for (const name of commands) expect(Object.keys(scripts)).toContain(name)
})
