import { describe, expect, it } from 'vitest'
import { html, joined } from '../../../src/report/html/html.ts'

describe('html', () => {
  it('escapes texts and lets markup through, however deep', () => {
    expect(html`<p title="${'"<&'}">${[html`<b>${'<i>'}</b>`, ['&']]}</p>`.text).toBe(
      '<p title="&quot;&lt;&amp;"><b>&lt;i&gt;</b>&amp;</p>',
    )
  })

  it('prints nothing for nothing, and nothing for a number that is none', () => {
    expect(html`${undefined}${null}${false}${Number.NaN}${Number.POSITIVE_INFINITY}${0}`.text).toBe('0')
  })

  it('puts parts between parts', () => {
    expect(joined(['a', html`<br>`, '<'], ', ').text).toBe('a, <br>, &lt;')
    expect(joined([], ', ').text).toBe('')
  })
})
