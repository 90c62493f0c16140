import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FaultObject, FaultTarget } from '../../../src/model/cluster/fault-object.ts'
import { type FaultHalf, refusalOfFault, refusalOfTarget } from '../../../src/model/cluster/permission.ts'

const pods: FaultHalf = { scope: 'namespace', open: false, targets: 'pods' }
const target: FaultTarget = { kind: 'Pod', name: 'web-1', uid: 'u1' }

function fault(namespace: string, targets: readonly FaultTarget[] = [target]): FaultObject {
  return {
    apiVersion: 'seaworthy.dev/v1alpha1',
    kind: 'Fault',
    metadata: { name: 'f', namespace },
    spec: { type: 'pod-kill', parameters: {}, targets: [...targets], durationMs: 1_000, active: true, seed: 1 },
  }
}

const nodeFault = (): FaultObject => ({ ...fault(''), kind: 'NodeFault', metadata: { name: 'f' } })
const seen = (name: string, labels: Record<string, string> = {}, more = {}) => ({ metadata: { name, labels, ...more } })
const allowed = { 'seaworthy.dev/allow': 'true' }

describe('a fault', () => {
  test('is permitted by the label of its namespace', () => {
    expect(refusalOfFault(fault('shop'), pods, seen('shop', allowed))).toBeUndefined()
  })

  test.each([{}, { 'seaworthy.dev/allow': 'yes' }, { 'seaworthy.dev/allow': '' }])('is refused with %j', (labels) => {
    const refusal = refusalOfFault(fault('shop'), pods, seen('shop', labels))
    expect(refusal?.reason).toBe('NotAllowed')
    expect(refusal?.message).toContain('kubectl label namespace shop seaworthy.dev/allow=true')
  })

  test.each(['kube-system', 'kube-public', 'kube-node-lease', 'seaworthy-system'])('never reaches %s', (name) => {
    expect(refusalOfFault(fault(name), pods, seen(name, allowed))?.reason).toBe('Protected')
  })

  test('never reaches the namespaces that the actors name', () => {
    expect(refusalOfFault(fault('watch'), pods, seen('watch', allowed), ['watch'])?.reason).toBe('Protected')
  })

  test('needs a second label for open-ended harm', () => {
    const open = { ...pods, open: true }
    expect(refusalOfFault(fault('shop'), open, seen('shop', allowed))?.message).toContain('seaworthy.dev/allow-open')
    const both = { ...allowed, 'seaworthy.dev/allow-open': 'true' }
    expect(refusalOfFault(fault('shop'), open, seen('shop', both))).toBeUndefined()
  })

  test('is refused without a sight of its namespace, or with that of another', () => {
    expect(refusalOfFault(fault('shop'), pods, undefined)?.reason).toBe('NamespaceGone')
    expect(refusalOfFault(fault('shop'), pods, seen('other', allowed))?.reason).toBe('NamespaceGone')
  })

  test('on nodes cannot be asked for from a namespace, nor one in a namespace from outside', () => {
    const node: FaultHalf = { scope: 'node', open: false, targets: 'node' }
    expect(refusalOfFault(fault('shop'), node, seen('shop', allowed))?.reason).toBe('WrongKind')
    expect(refusalOfFault(nodeFault(), pods, undefined)?.reason).toBe('WrongKind')
    expect(refusalOfFault(nodeFault(), node, undefined)).toBeUndefined()
  })
})

describe('a target', () => {
  const found = (more = {}, labels = {}) => seen('web-1', labels, { namespace: 'shop', uid: 'u1', ...more })

  test('is permitted with its own UID', () => {
    expect(refusalOfTarget(fault('shop'), pods, target, found())).toBeUndefined()
  })

  test('with any other UID is another object', () => {
    fc.assert(
      fc.property(fc.string(), (uid) => {
        const refusal = refusalOfTarget(fault('shop'), pods, target, found({ uid }))
        expect(refusal?.reason).toBe(uid === 'u1' ? undefined : 'TargetGone')
      }),
    )
  })

  test('that is gone or going is refused', () => {
    expect(refusalOfTarget(fault('shop'), pods, target, undefined)?.reason).toBe('TargetGone')
    const going = found({ deletionTimestamp: '2026-01-01T00:00:00Z' })
    expect(refusalOfTarget(fault('shop'), pods, target, going)?.reason).toBe('TargetGone')
  })

  test('in another namespace is refused', () => {
    expect(refusalOfTarget(fault('shop'), pods, target, found({ namespace: 'bank' }))?.reason).toBe('WrongTarget')
  })

  test('is never a part of Seaworthy, nor a mirror pod', () => {
    const own = found({}, { 'app.kubernetes.io/part-of': 'seaworthy' })
    expect(refusalOfTarget(fault('shop'), pods, target, own)?.reason).toBe('OwnParts')
    const mirror = found({ annotations: { 'kubernetes.io/config.mirror': 'x' } })
    expect(refusalOfTarget(fault('shop'), pods, target, mirror)?.reason).toBe('MirrorPod')
  })

  test.each(['pods', 'workload', 'namespace', 'node'] as const)('has the kind that %s faults hurt', (targets) => {
    const half: FaultHalf = { scope: targets === 'node' ? 'node' : 'namespace', open: false, targets }
    const wrong: FaultTarget = { kind: 'Secret', name: 'web-1', uid: 'u1' }
    expect(refusalOfTarget(fault('shop'), half, wrong, found())?.reason).toBe('WrongTarget')
  })

  test('cannot be another namespace than the own', () => {
    const half: FaultHalf = { scope: 'namespace', open: false, targets: 'namespace' }
    const bank: FaultTarget = { kind: 'Namespace', name: 'bank', uid: 'u1' }
    expect(refusalOfTarget(fault('shop'), half, bank, seen('bank', allowed, { uid: 'u1' }))?.reason).toBe('WrongTarget')
  })

  test('that is a node must carry the label itself', () => {
    const half: FaultHalf = { scope: 'node', open: false, targets: 'node' }
    const node: FaultTarget = { kind: 'Node', name: 'n1', uid: 'u1' }
    expect(refusalOfTarget(nodeFault(), half, node, seen('n1', {}, { uid: 'u1' }))?.reason).toBe('NotAllowed')
    expect(refusalOfTarget(nodeFault(), half, node, seen('n1', allowed, { uid: 'u1' }))).toBeUndefined()
  })
})
