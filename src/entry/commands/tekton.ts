import { SeaworthyError } from '../../kit/errors.ts'
import type { Invocation } from '../invocation.ts'

/** One step of one of the Tasks in `tekton/`. Its params come from the environment alone. Throws SeaworthyError('INPUT'). */
export async function tektonCommand({ words: [step], flags }: Invocation): Promise<number> {
  if (step === 'gate') {
    const { gateTask } = await import('../tekton/gate-task.ts')
    return gateTask(flags['results-dir'] ?? '')
  }
  if (step === 'cleanup') {
    const { cleanupTask } = await import('../tekton/cleanup-task.ts')
    return cleanupTask()
  }
  throw new SeaworthyError('INPUT', `there is no step ${JSON.stringify(step)}`, { remedy: 'Use gate or cleanup.' })
}
