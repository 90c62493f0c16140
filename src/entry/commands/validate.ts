import { loadSuite } from '../../suite/load-suite.ts'
import type { Invocation } from '../invocation.ts'
import { keepSecretsOf, masked } from '../masked.ts'

export async function validateCommand({ words, json }: Invocation): Promise<number> {
  const loaded = await loadSuite(words[0] ?? 'seaworthy.yaml', process.env)
  keepSecretsOf(loaded)
  const suite = masked(loaded)
  const line = `${suite.file} is a valid suite: ${suite.experiments.length} experiments, ${suite.objectives.length} objectives\n`
  process.stdout.write(json ? `${JSON.stringify({ valid: true, suite }, null, 2)}\n` : line)
  return 0
}
