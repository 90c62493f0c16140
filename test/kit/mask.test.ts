import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMask } from '../../src/kit/mask.ts'

const SECRET = `cnry/0+9 "it's" \\ é==`

describe('createMask', () => {
  const mask = createMask([SECRET, 'other-secret', 'short'])

  it.each([
    ['as written', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in the quotes of a shell', `'${SECRET.replaceAll("'", String.raw`'\''`)}'`],
    ...['', 'a', 'ab', 'abc'].map((before) => [
      `in base64 after ${before.length}`,
      Buffer.from(`${before}${SECRET}xyz`).toString('base64'),
    ]),
    ['in base64 of URLs', Buffer.from(`a${SECRET}`).toString('base64url')],
  ])('takes a secret out %s', (_, text) => {
    const shown = mask(`before ${text} after`)
    expect(shown).toContain('***')
    expect(shown).not.toContain(text)
    expect(shown).toMatch(/^before .* after$/)
  })

  it('goes into all of a value, leaves its keys, and leaves short words alone', () => {
    expect(mask({ name: ['x other-secret', 1, null, { 'other-secret': 'short' }] })).toEqual({
      name: ['x ***', 1, null, { 'other-secret': 'short' }],
    })
  })

  it('takes the lines of a secret out one by one, as a log has them', () => {
    const mask = createMask(['-----BEGIN KEY-----\nMIIEvQIBADAN\n==\n'])
    expect(mask('1 -----BEGIN KEY-----\r\n2 MIIEvQIBADAN\n3 ==')).toBe('1 ***\r\n2 ***\n3 ==')
  })

  it('leaves nothing of any secret in any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!'***'.includes(secret) && !secret.includes('***'))
        expect(createMask([secret])(`${before}\n${secret}\n${after}`).split('\n')).not.toContain(secret)
      }),
    )
  })
})
