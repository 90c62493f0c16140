import { describe, expect, it } from 'vitest'
import type { Suite } from '../../src/model/suite.ts'
import { suiteFromText } from '../../src/suite/load-suite.ts'

const suiteOf = (deploy: string, environment = {}): Suite =>
  suiteFromText(
    `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system:
  namespace: shop
  workloads: [Deployment/web, Deployment/api]
  deploy:
${deploy}
traffic: {http: {url: http://web/, rate: 50/s}}
objectives: [{name: availability, indicator: {traffic: success}, target: 99%}]
experiments: [{name: a, fault: {type: pod-kill, target: {workload: Deployment/web, mode: one}}}]
`,
    'seaworthy.yaml',
    environment,
  )
const bringsOf = ({ system }: Suite) => (system.platform === 'kubernetes' ? system.deploy?.brings : undefined)

describe('what a suite says that its deploy command brings', () => {
  it('is kept with the line of each workload', () => {
    const suite = suiteOf(`    manifests: [k8s/]
    command: make deploy
    brings:
      Deployment/web: 2

      Deployment/api: \${API_PODS:-3}`)
    expect(bringsOf(suite)).toEqual([
      { workload: 'Deployment/web', pods: 2, line: 11 },
      { workload: 'Deployment/api', pods: 3, line: 13 },
    ])
  })

  it('may come from the environment, which has to say a number', () => {
    const deploy = `    {command: make deploy, brings: {Deployment/web: "$\{PODS}"}}`
    expect(() => suiteOf(deploy, { PODS: '4' })).toThrow('expected a whole number')
    const plain = `    command: make deploy\n    brings:\n      Deployment/web: $\{PODS}`
    expect(bringsOf(suiteOf(plain, { PODS: '4' }))).toEqual([{ workload: 'Deployment/web', pods: 4, line: 10 }])
    expect(() => suiteOf(plain, { PODS: 'many' })).toThrow(/10:\d+: system.deploy.brings.*expected a whole number/)
  })

  it('is nothing where the suite says nothing', () => {
    expect(bringsOf(suiteOf('    command: make deploy'))).toBeUndefined()
  })
})
