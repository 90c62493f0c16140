import { describe, expect, it } from 'vitest'
import { freeze } from '../../../src/engine/cluster/fault-object.ts'
import { judgeCluster } from '../../../src/engine/cluster/judge-cluster.ts'
import type { FaultStatus } from '../../../src/model/cluster/fault-object.ts'
import { AT, injected, planned, slots, typeOf } from './setting.ts'

const REPLICAS = ['web-1', 'web-2']
const before = { probe: 'packets' as const, at: 0, outbound: { attempts: 3, answered: 3, medianMs: 0.2 } }
const under = { probe: 'packets' as const, at: 1, matched: 40, hit: 40, outbound: { attempts: 3, answered: 0 } }

function judge(status: FaultStatus | undefined, more: { type?: string; endedEarly?: boolean; failure?: string } = {}) {
  const fault = planned('e1f1', more.type ?? 'network-partition', {}, REPLICAS)
  return judgeCluster({
    fault,
    type: typeOf(fault.type),
    frozen: freeze(fault, { run: 'r-1', namespace: 'preview', targets: slots(...REPLICAS).targets }),
    status,
    injectedAtMs: 1,
    endedEarly: more.endedEarly ?? false,
    failure: more.failure ?? '',
  })
}

const cut = (uid: string) => injected(uid, { before, under })

describe('evidence of a fault in a cluster', () => {
  it('is proven when every target has it, its effect was measured, and traffic met it', () => {
    const evidence = judge({ targets: [cut('uid-web-1'), cut('uid-web-2')] })
    expect(evidence).toMatchObject({ status: 'proven', crossed: 80, mechanism: 'nft timed set' })
    expect(evidence.injected.map(({ target }) => target)).toEqual(['web-1 (web-1-x)', 'web-2 (web-2-x)'])
  })

  it('is not injected without a word of every target', () => {
    expect(judge(undefined).status).toBe('not-injected')
    expect(judge({ targets: [cut('uid-web-1')] }).status).toBe('not-injected')
  })

  it.each(['Refused', 'Failed'] as const)('is not injected where a target was %s, and says why', (phase) => {
    const evidence = judge({
      targets: [cut('uid-web-1'), { uid: 'uid-web-2', phase, message: 'the namespace does not allow it' }],
    })
    expect(evidence.status).toBe('not-injected')
    expect(evidence.injected[1]).toMatchObject({ ok: false, detail: 'the namespace does not allow it' })
  })

  it('is not effective when nothing was measured, whatever the actor says', () => {
    expect(judge({ targets: [injected('uid-web-1'), injected('uid-web-2')] }).status).toBe('not-effective')
  })

  it('is not effective when it was over before anybody asked', () => {
    const evidence = judge({ targets: [cut('uid-web-1'), cut('uid-web-2')] }, { endedEarly: true })
    expect(evidence).toMatchObject({ status: 'not-effective' })
    expect(evidence.seen).toContain('over before')
  })

  it('is not observed when only our own connections met it', () => {
    const silent = { before, under: { ...under, matched: 0, hit: 0 } }
    expect(judge({ targets: [injected('uid-web-1', silent), injected('uid-web-2', silent)] }).status).not.toBe('proven')
  })

  it('has no word of an end until every target says so', () => {
    const over = { recoveredAt: AT, endedBy: 'kernel' as const, phase: 'Recovered' as const }
    expect(judge({ targets: [cut('uid-web-1'), cut('uid-web-2')] }).endedBy).toBe('not-ended')
    const half = { targets: [{ ...cut('uid-web-1'), ...over }, cut('uid-web-2')] }
    expect(judge(half)).toMatchObject({ endedBy: 'not-ended', recoveredAtMs: null })
    const both = {
      targets: [
        { ...cut('uid-web-1'), ...over },
        { ...cut('uid-web-2'), ...over },
      ],
    }
    expect(judge(both)).toMatchObject({ endedBy: 'kernel', recoveredAtMs: Date.parse(AT) })
    const left = {
      targets: [
        { ...cut('uid-web-1'), ...over, leftovers: ['table sw_1'] },
        { ...cut('uid-web-2'), ...over },
      ],
    }
    expect(judge(left).endedBy).toBe('not-ended')
  })

  it('keeps why it could not be asked for', () => {
    const evidence = judge(undefined, { failure: 'faults.seaworthy.dev is forbidden' })
    expect(evidence).toMatchObject({ status: 'not-injected', endedBy: 'nothing-to-end' })
    expect(evidence.seen).toContain('forbidden')
  })
})
