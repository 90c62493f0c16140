import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, engineCluster } from '../controller/engine.ts'
import { type Gated, gate } from './gate.ts'

const LIMIT_MS = 400_000

let engine: Engine
beforeAll(async () => {
  engine = await engineCluster()
})

function verdicts({ journal }: Gated): Readonly<Record<string, string>> {
  return Object.fromEntries((journal?.experiments ?? []).map(({ name, verdict }) => [name, verdict]))
}

function told({ journal, stdout, stderr }: Gated): string {
  return (
    JSON.stringify(
      journal?.experiments.map(({ name, reasons, evidence }) => ({ name, reasons, evidence })),
      null,
      1,
    ) +
    stdout +
    stderr
  )
}

describe('the sturdy shop on a cluster', { timeout: LIMIT_MS }, () => {
  it('passes: by traffic from beside it and by Prometheus, each fault proven, nothing left behind', async () => {
    const gated = await gate(engine, 'examples/kubernetes/sturdy.yaml')
    expect(gated.exitCode, told(gated)).toBe(0)
    expect(gated.journal).toMatchObject({ verdict: 'pass', leftovers: [] })
    const { experiments = [] } = gated.journal ?? {}
    expect(experiments).toHaveLength(4)
    for (const { name, objectives, evidence } of experiments) {
      expect(objectives.map((one) => one.name).sort(), name).toEqual(['availability', 'fast', 'few errors'])
      expect(
        evidence.every(({ status }) => status === 'proven'),
        name,
      ).toBe(true)
    }
  })
})

describe('the fragile shop on a cluster', { timeout: LIMIT_MS }, () => {
  it('fails with its planted weaknesses, each named', async () => {
    const gated = await gate(engine, 'examples/kubernetes/fragile.yaml')
    expect(gated.exitCode, told(gated)).toBe(1)
    expect(gated.journal).toMatchObject({ verdict: 'fail', leftovers: [] })
    expect(verdicts(gated), told(gated)).toMatchObject({
      'a web pod dies': 'fail',
      'api cannot reach its store': 'fail',
      'three api answers in ten are a 503': 'fail',
    })
  })
})
