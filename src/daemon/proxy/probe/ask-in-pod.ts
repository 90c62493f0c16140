import * as z from 'zod'
import type { NodeContext, PodOnNode } from '../../../model/cluster/mechanism.ts'
import { execIn } from '../../namespaces/exec-in.ts'
import type { PodAsk } from './pod-probe.ts'

const gotSchema = z.array(z.strictObject({ answer: z.string(), tookMs: z.number() }))
export type Got = z.infer<typeof gotSchema>[number]

const START_MS = 10_000

/** Asks from within the pod's network namespace; empty when that cannot be done. */
export async function askInPod(pod: PodOnNode, { helperCommand }: NodeContext, ask: PodAsk): Promise<readonly Got[]> {
  const slowest = Math.max(0, ...ask.calls.map(({ timeoutMs }) => timeoutMs))
  try {
    const [program = '', ...words] = [...helperCommand, 'pod-probe', JSON.stringify(ask)]
    const { stdout } = await execIn(pod, program, words, { timeoutMs: slowest + START_MS })
    return gotSchema.parse(JSON.parse(stdout))
  } catch {
    return []
  }
}

/** Answers by how often they came. */
export function tallied(got: readonly Got[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(got, ({ answer }) => answer)].map(([answer, all]) => [answer, all.length]))
}

/** The middle one of the times, in ms; undefined of none. */
export function medianTook(got: readonly Got[]): number | undefined {
  const sorted = got.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
