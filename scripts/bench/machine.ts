import { exec } from '../../src/kit/exec.ts'

/**
 * How long this machine takes to start a program that does nothing, in milliseconds, one after the other. Ends of faults are
 * made of such starts: where their p95 is many times their p50, so it is for everything that is made of them.
 */
export async function startTimes(count: number): Promise<readonly number[]> {
  const took: number[] = []
  for (let turn = 0; turn < count; turn += 1) {
    const from = performance.now()
    await exec('true', [])
    took.push(performance.now() - from)
  }
  return took
}
