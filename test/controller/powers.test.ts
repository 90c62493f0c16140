import { describe, expect, test } from 'vitest'
import { powersOf, refusePowers } from '../../src/controller/actions/powers.ts'
import type { KubeObject } from '../../src/kube/kube-client.ts'

const job = (spec: object, container: object = {}): KubeObject & { readonly spec: object } => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'noisy' },
  spec: { template: { spec: { containers: [{ name: 'main', image: 'a', ...container }], ...spec } } },
})

describe('what reaches beyond a namespace', () => {
  test.each([
    ['hostNetwork', job({ hostNetwork: true })],
    ['hostPID', job({ hostPID: true })],
    ['hostPath', job({ volumes: [{ name: 'x', hostPath: { path: '/' } }] })],
    ['privileged', job({}, { securityContext: { privileged: true } })],
    ['capability SYS_ADMIN', job({}, { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } })],
    ['hostPort', job({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
    ['procMount', job({}, { securityContext: { procMount: 'Unmasked' } })],
    ['privileged', job({ initContainers: [{ name: 'first', securityContext: { privileged: true } }] })],
  ])('%s', (power, object) => {
    expect(powersOf(object)).toEqual([power])
    expect(() => refusePowers(object)).toThrow(power)
  })

  test('is found in lists of objects, and in templates within templates', () => {
    const nested = { ...job({}), spec: { jobTemplate: { spec: job({ hostIPC: true }).spec } } }
    expect(powersOf(nested)).toEqual(['hostIPC'])
    const { spec, ...others } = job({ hostPID: true })
    expect(powersOf({ ...others, spec: { items: [spec] } } as KubeObject)).toEqual(['hostPID'])
  })

  test('are addresses that a Service takes from others', () => {
    const service = { kind: 'Service', metadata: { name: 'web' }, spec: { externalIPs: ['10.0.0.1'] } } as KubeObject
    expect(() => refusePowers(service)).toThrow(/externalIPs/)
  })

  test('may stay where it was before', () => {
    const privileged = job({}, { securityContext: { privileged: true } })
    expect(() => refusePowers(privileged, privileged)).not.toThrow()
    expect(() => refusePowers(job({ hostPID: true }, { securityContext: { privileged: true } }), privileged)).toThrow(
      /asks for hostPID$/,
    )
  })

  test('is not in what is ordinary', () => {
    expect(powersOf(job({ volumes: [{ name: 'x', emptyDir: {} }] }, { ports: [{ containerPort: 80 }] }))).toEqual([])
  })
})
