import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approvedDigests, approveLine } from '../../src/approval/command.ts'

const PLAN = '3dec43bd51da'.padEnd(64, '7')

describe('the command in a comment', () => {
  it.each([
    ['by itself', approveLine(PLAN), [PLAN]],
    ['in short', '/seaworthy approve 3dec43bd51da', ['3dec43bd51da']],
    ['among other lines', `Looks fine.\r\n\r\n${approveLine(PLAN)}  \r\nThanks!`, [PLAN]],
    ['twice', `${approveLine(PLAN)}\n/seaworthy approve ${'0'.repeat(64)}`, [PLAN, '0'.repeat(64)]],
    ['after a fence that was closed', `\`\`\`\nx\n\`\`\`\n${approveLine(PLAN)}`, [PLAN]],
  ])('counts %s', (_, text, digests) => {
    expect(approvedDigests(text)).toEqual(digests)
  })

  it.each([
    ['quoted', `> ${approveLine(PLAN)}`],
    ['quoted in a quote', `> > ${approveLine(PLAN)}`],
    ['in a sentence', `please write ${approveLine(PLAN)}`],
    ['with something behind it', `${approveLine(PLAN)} not yet`],
    ['as code', `\`${approveLine(PLAN)}\``],
    ['in a fence', `\`\`\`\n${approveLine(PLAN)}\n\`\`\``],
    ['in a fence that never ends', `~~~~ text\n~~~\n${approveLine(PLAN)}`],
    ['indented', `    ${approveLine(PLAN)}`],
    ['in a list', `- ${approveLine(PLAN)}`],
    ['hidden', `<!--\n${approveLine(PLAN)}\n-->`],
    ['with eleven digits', '/seaworthy approve 3dec43bd51d'],
    ['with 65 digits', `/seaworthy approve ${PLAN}7`],
    ['in large letters', `/Seaworthy Approve ${PLAN}`],
    ['with letters that only look alike', `/seaworthy approve ${PLAN.replace('e', 'е')}`],
    ['with another command', `/seaworthy reject ${PLAN}`],
  ])('does not count %s', (_, text) => {
    expect(approvedDigests(text)).toEqual([])
  })

  it('never comes from a text that is quoted line by line', () => {
    const lines = fc.array(fc.oneof(fc.string(), fc.constant(approveLine(PLAN)), fc.constantFrom('```', '<!--', '-->')))
    fc.assert(
      fc.property(lines, (parts) => {
        const quoted = parts.flatMap((part) => part.split(/[\r\n]/)).map((line) => `> ${line}`)
        expect(approvedDigests(quoted.join('\n'))).toEqual([])
      }),
    )
  })
})
