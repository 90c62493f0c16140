import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { approvedDigests } from '../../src/approval/command.ts'
import { approvalText } from '../../src/approval/signature.ts'
import { wishesSchema } from '../../src/attest/check-wishes.ts'
import { limitsSchema } from '../../src/suite/schema/limits.ts'

/** What the pages show can be used as it stands. */
const fences = (page: string, language: string) =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  )

describe('the pages', () => {
  it('show a policy that is one', () => {
    const [policy = ''] = fences('docs/provenance.md', 'yaml')
    expect(wishesSchema.parse(parse(policy))).toMatchObject({ 'max-age': 86_400_000, approval: 'required' })
    expect(Object.keys(wishesSchema.shape).filter((key) => !policy.includes(`${key}:`))).toEqual([])
  })

  it('show limits that are limits', () => {
    const [approval = '', hours = ''] = fences('docs/approval.md', 'yaml')
    expect(limitsSchema.parse(parse(approval).limits).approval).toMatchObject({ by: ['alice', 'acme/shop-owners'] })
    expect(limitsSchema.parse(parse(hours).limits).hours).toMatchObject({ never: ['23:55-00:10'] })
  })

  it('show a command that counts, and the file that is signed', () => {
    const [line = ''] = fences('docs/approval.md', 'text')
    const [digest = ''] = approvedDigests(line)
    expect(digest).toHaveLength(64)
    const [commands = ''] = fences('docs/approval.md', 'sh')
    expect(commands).toContain(JSON.stringify(approvalText(digest, '2026-11-22T12:00:00Z')).slice(1, -1))
  })
})
