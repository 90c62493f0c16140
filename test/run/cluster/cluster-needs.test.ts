import { describe, expect, it } from 'vitest'
import type { StepSpec, Suite } from '../../../src/model/suite.ts'
import { clusterNeeds } from '../../../src/run/cluster/cluster-needs.ts'
import { parseSuite } from '../../../src/suite/parse-suite.ts'

function suiteOf(more: string): Suite {
  const text = `
apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system: {namespace: shop, workloads: [Deployment/web]}
traffic: {http: {url: "https://shop.example.com/", rate: 5/s}}
objectives: [{name: answers, indicator: {traffic: success}, target: 99%}]
experiments:
${more}`
  return parseSuite({ text, file: 'seaworthy.yaml', environment: {} })
}

const steps = (text: string) => suiteOf(`  - {name: one, steps: [${text}]}`)
const fault = 'fault: {type: pod-kill, target: {workload: Deployment/web}}'

describe('what a run will need of its cluster', () => {
  it('is no pod for traffic from outside and faults', () => {
    expect(clusterNeeds(steps(`{${fault}}`), [], 'never')).toEqual({
      faults: true,
      nodeFaults: false,
      openFaults: false,
      jobs: false,
      pods: false,
      deploys: false,
      prometheusService: undefined,
      prometheusPod: false,
      podSecurity: 'restricted',
      installs: false,
    })
  })

  it.each([
    ['a check of a name of the cluster', '{check: {http: {url: "http://web/healthz"}}}', true],
    ['one by its full name', '{check: {tcp: {address: "redis.shop.svc.cluster.local:6379"}}}', true],
    ['one within parallel steps', '{parallel: [{wait: 1s}, {check: {tcp: {address: "redis:6379"}}}]}', true],
    ['a check of an address outside', '{check: {http: {url: "https://shop.example.com/healthz"}}}', false],
  ])('is a pod for %s: %s', (_, step, pods) => {
    expect(clusterNeeds(steps(`{${fault}}, ${step}`), [], 'never')).toMatchObject({ pods, podSecurity: 'restricted' })
  })

  it('counts what rules and chosen experiments do', () => {
    const suite = suiteOf(`  - name: calm
    fault: {type: pod-kill, target: {workload: Deployment/web}}
  - name: busy
    fault: {type: pod-kill, target: {workload: Deployment/web}}
    rules: [{when: {event: fault-injected}, do: [{run: {command: "true", image: "busybox:1"}}]}]`)
    expect(clusterNeeds(suite, ['calm'], 'never')).toMatchObject({ pods: false })
    expect(clusterNeeds(suite, [], 'never')).toMatchObject({ pods: true, podSecurity: 'baseline' })
  })

  it('knows open-ended faults and faults of nodes', () => {
    const withType = (type: string): Suite => {
      const suite = steps(`{${fault}}`)
      const [experiment] = suite.experiments
      const [step] = experiment?.steps ?? []
      if (!experiment || step?.step !== 'fault') throw new Error('the suite has a fault')
      const other: StepSpec = { ...step, fault: { ...step.fault, type } }
      return { ...suite, experiments: [{ ...experiment, steps: [other] }] }
    }
    expect(clusterNeeds(withType('script'), [], 'never')).toMatchObject({ openFaults: true, nodeFaults: false })
    expect(clusterNeeds(withType('node-cordon'), [], 'ensure')).toMatchObject({ nodeFaults: true, installs: true })
  })
})
