import { describe, expect, it } from 'vitest'
import { safeUrl } from '../../../src/report/escape/safe-url.ts'

describe('safeUrl', () => {
  it('lets https to GitHub and to named hosts through', () => {
    expect(safeUrl('https://github.com/acme/shop/actions/runs/1')).toBe('https://github.com/acme/shop/actions/runs/1')
    expect(safeUrl('https://acme.ghe.com/x')).toBe('https://acme.ghe.com/x')
    expect(safeUrl('https://git.acme.example/x', ['git.acme.example'])).toBe('https://git.acme.example/x')
  })

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://github.com/x',
    'https://github.com.evil.example/x',
    'https://evil.example/github.com',
    'https://user:pass@github.com/x',
    '//github.com/x',
    'github.com',
    '',
    null,
    undefined,
    `https://github.com/${'x'.repeat(600)}`,
  ])('refuses %s', (url) => expect(safeUrl(url)).toBeUndefined())
})
