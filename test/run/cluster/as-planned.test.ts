import { describe, expect, it } from 'vitest'
import type { Inventory } from '../../../src/model/inventory.ts'
import type { Platform } from '../../../src/model/ports.ts'
import { asPlanned } from '../../../src/run/cluster/as-planned.ts'
import { parseSuite } from '../../../src/suite/parse-suite.ts'

const suite = parseSuite({
  text: `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
system:
  namespace: shop
  workloads: [Deployment/web]
  deploy: {command: make deploy, brings: {Deployment/web: 2}}
traffic: {http: {url: http://web/, rate: 50/s}}
objectives: [{name: availability, indicator: {traffic: success}, target: 99%}]
experiments: [{name: a, fault: {type: pod-kill, target: {workload: Deployment/web, mode: one}}}]
`,
  file: 'seaworthy.yaml',
  environment: {},
})
const having = (replicas: number): Inventory => ({
  platform: 'kubernetes',
  workloads: [
    {
      name: 'Deployment/web',
      labels: {},
      replicas: Array.from({ length: replicas }, (_, place) => `web-${place + 1}`),
      mayBeHurt: true,
    },
  ],
  links: [],
})
const never = new AbortController().signal

/** A platform that has so many pods once it is up, and another one's number before. */
function platform(replicas: number, told: string[] = []): Platform {
  let isUp = false
  return {
    up: async () => {
      isUp = true
      told.push('up')
    },
    inventory: async () => having(isUp ? replicas : 9),
    down: async () => {
      told.push('down')
      return []
    },
  } as unknown as Platform
}

describe('a platform that is up only as it was planned', () => {
  it('is up with what the plan counted', async () => {
    await expect(asPlanned(platform(2), suite, having(2)).up(never)).resolves.toBeUndefined()
  })

  it('is not with anything else, and goes down all the same', async () => {
    const told: string[] = []
    const refused = asPlanned(platform(3, told), suite, having(2))
    await expect(refused.up(never)).rejects.toMatchObject({
      code: 'PLATFORM',
      message: expect.stringMatching(/is to have 3 pods .* line 7 of seaworthy.yaml says 2/),
    })
    await refused.down()
    expect(told).toEqual(['up', 'down'])
  })

  it('says why it did not come up before it counts anything', async () => {
    const broken = { ...platform(3), up: () => Promise.reject(new Error('no such chart')) }
    await expect(asPlanned(broken, suite, having(2)).up(never)).rejects.toThrow('no such chart')
  })
})
