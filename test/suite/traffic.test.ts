import { describe, expect, it } from 'vitest'
import { SuiteError } from '../../src/kit/errors.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'

const ON_CLUSTER = 'system: {namespace: shop, workloads: [Deployment/web]}'
const BY_PROMETHEUS = '{name: up, target: 99%, indicator: {prometheus: {bad: bad_total, total: all_total}}}'

function suite(traffic: string, objective = BY_PROMETHEUS, system = ON_CLUSTER) {
  const text = `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: shop}
${system}
traffic: ${traffic}
prometheus: {install: true}
objectives: [${objective}]
experiments: [{name: one, fault: {type: pod-kill, target: {workload: ${system === ON_CLUSTER ? 'Deployment/web' : 'web'}}}}]
`
  return parseSuite({ text, file: 'seaworthy.yaml', environment: {} })
}

function issues(...written: Parameters<typeof suite>): readonly string[] {
  try {
    suite(...written)
    return []
  } catch (error) {
    if (!(error instanceof SuiteError)) throw error
    return error.issues.map(({ path, message }) => `${path}: ${message}`)
  }
}

describe('traffic of other programs', () => {
  it('is k6 with an image, or a Job by image or by manifest', () => {
    expect(suite('{k6: {script: load.js, image: "my/k6:1", env: {A: 1}}}').traffic).toEqual({
      kind: 'k6',
      script: 'load.js',
      image: 'my/k6:1',
      env: { A: '1' },
    })
    expect(suite('{job: {image: "newman:6", command: [run], env: {A: b}}}').traffic).toEqual({
      kind: 'job',
      image: 'newman:6',
      command: ['run'],
      env: { A: 'b' },
      manifest: undefined,
    })
    expect(suite('{job: {manifest: job.yaml}}').traffic).toMatchObject({ kind: 'job', manifest: 'job.yaml' })
  })

  it.each([
    ['neither image nor manifest', '{job: {command: [run]}}', /exactly one of image, manifest/],
    ['both', '{job: {image: a, manifest: b}}', /exactly one of image, manifest/],
    ['a command beside a manifest', '{job: {manifest: b, command: [run]}}', /command beside manifest has no effect/],
  ])('is refused with %s', (_, traffic, words) => {
    expect(issues(traffic).join('\n')).toMatch(words)
  })

  it('is no source of traffic objectives where nobody counts its requests', () => {
    const byTraffic = '{name: up, target: 99%, indicator: {traffic: success}}'
    expect(issues('{job: {image: a}}', byTraffic).join('\n')).toMatch(/does not tell what became of its requests/)
    expect(issues('{none: true}', byTraffic).join('\n')).toMatch(/there is no traffic to measure/)
    expect(issues('{k6: {script: a.js}}', byTraffic)).toEqual([])
  })

  it('has no image on this machine', () => {
    const system = 'system: {services: {web: {command: node web.js}}}'
    expect(issues('{k6: {script: a.js, image: k6}}', BY_PROMETHEUS, system).join('\n')).toMatch(
      /image has no effect on this platform/,
    )
  })
})
