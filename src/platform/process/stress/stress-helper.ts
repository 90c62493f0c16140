import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { stressCpu } from './stress-cpu.ts'
import { takeMemory } from './stress-memory.ts'

export interface StressPipes {
  readonly input: Readable
  readonly output: Writable
}

/** What a stressor prints when it is under way. */
export const STRESS_READY = 'seaworthy: stress is on'

/** One CPU worker: runs until its standard input ends, and that is when whoever started it is gone. */
export async function runStressCpu([loadRatio = '1']: readonly string[], pipes: StressPipes): Promise<void> {
  const over = whenInputEnds(pipes)
  pipes.output.write(`${STRESS_READY}\n`)
  await stressCpu(Number(loadRatio), over, async (ms) => sleep(ms))
}

/** One memory worker: holds its bytes until its standard input ends. */
export async function runStressMemory([bytes = '0']: readonly string[], pipes: StressPipes): Promise<number> {
  const over = whenInputEnds(pipes)
  const held = takeMemory(Number(bytes))
  pipes.output.write(`${STRESS_READY}\n`)
  await new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }))
  return held.length
}

function whenInputEnds({ input, output }: StressPipes): AbortSignal {
  const over = new AbortController()
  input.once('close', () => over.abort()).once('end', () => over.abort())
  input.on('error', () => over.abort()).resume()
  output.on('error', () => {})
  return over.signal
}
