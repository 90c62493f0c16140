import { SeaworthyError } from '../../kit/errors.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { execIn, failureOf } from '../namespaces/exec-in.ts'

type Command = readonly string[]

interface Outcome {
  readonly stdout: string
  /** tc's own words; undefined when all of it was done. */
  readonly refusal: string | undefined
}

/** A batch is read by words: `#` begins a comment and quotes hold words together, and a pod may name its devices so. */
const PLAIN = /^[\w.:%@-]+$/

/**
 * Carries out commands of tc(8) in order, up to the first that fails, by one program: the start of one takes longer than its
 * work. Throws SeaworthyError('ENGINE') when tc could not be started.
 */
export async function tryTc(pod: PodOnNode, commands: readonly Command[]): Promise<Outcome> {
  if (!commands.flat().every((word) => PLAIN.test(word))) return tryOneByOne(pod, commands)
  const input = commands.map((words) => `${words.join(' ')}\n`).join('')
  return outcomeOf(await execIn(pod, 'tc', ['-batch', '-'], { input }))
}

/** As tryTc; resolves with what all of them said. Throws SeaworthyError('ENGINE') with tc's own words. */
export async function runTc(pod: PodOnNode, commands: readonly Command[]): Promise<string> {
  const { stdout, refusal } = await tryTc(pod, commands)
  if (refusal === undefined) return stdout
  const words = commands.map((command) => command.join(' ')).join('; ')
  throw new SeaworthyError('ENGINE', `tc ${words} ${refusal}`, { target: `${pod.namespace}/${pod.name}` })
}

async function tryOneByOne(pod: PodOnNode, commands: readonly Command[]): Promise<Outcome> {
  let said = ''
  for (const words of commands) {
    const { stdout, refusal } = outcomeOf(await execIn(pod, 'tc', words))
    said += stdout
    if (refusal !== undefined) return { stdout: said, refusal }
  }
  return { stdout: said, refusal: undefined }
}

function outcomeOf(ending: Awaited<ReturnType<typeof execIn>>): Outcome {
  return { stdout: ending.stdout, refusal: ending.exitCode === 0 ? undefined : failureOf(ending) }
}
