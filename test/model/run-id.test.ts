import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultSpecSchema } from '../../src/model/cluster/fault-object.ts'
import { isRunOf, runId } from '../../src/model/run-id.ts'

const RANDOM = '0123456789'

describe('the id of a run', () => {
  it('is random where there is no pipeline', () => expect(runId(RANDOM, undefined)).toBe('r-0123456789'))

  it('is known to its owner and to nobody else', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (owner, other) => {
        const run = runId(RANDOM, owner)
        expect(isRunOf(owner, run)).toBe(true)
        expect(isRunOf(other, run)).toBe(owner === other)
        expect(isRunOf(owner, runId(RANDOM, undefined))).toBe(false)
      }),
    )
  })

  it('fits where ids go, whatever an owner is called', () => {
    fc.assert(
      fc.property(fc.string(), (owner) => {
        const run = runId(RANDOM, owner)
        expect(run.length).toBeLessThan(30)
        expect(faultSpecSchema.shape.run.safeParse(run).success).toBe(true)
      }),
    )
  })
})
