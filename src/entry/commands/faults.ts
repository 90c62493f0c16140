import type { PlatformNotes } from '../../faults/define-fault.ts'
import { type FaultFacts, listFaults } from '../../faults/reference.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Invocation } from '../invocation.ts'

export async function faultsCommand({ words, json }: Invocation): Promise<number> {
  const [type] = words
  const faults = listFaults().filter((fault) => type === undefined || fault.type === type)
  if (faults.length === 0) {
    throw new SeaworthyError('INPUT', `there is no fault type ${type}`, {
      remedy: 'See `seaworthy faults` for all of them.',
    })
  }
  const text =
    type === undefined
      ? faults.map(({ type: name, summary }) => `${name.padEnd(22)} ${summary}`)
      : faults.flatMap(explain)
  process.stdout.write(json ? `${JSON.stringify(faults, null, 2)}\n` : `${text.join('\n')}\n`)
  return 0
}

function explain({ type, summary, platforms, parameters, example, kubernetes, ...process }: FaultFacts): string[] {
  const width = Math.max(...parameters.map(({ name }) => name.length))
  return [
    `${type}: ${summary}`,
    '',
    ...parameters.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
    '',
    ...(platforms.includes('process') ? onPlatform('process', process) : []),
    ...(kubernetes ? onPlatform('kubernetes', kubernetes) : []),
    'Example:',
    ...example.split('\n').map((line) => `  ${line}`),
  ]
}

function onPlatform(platform: string, { mechanism, proof, ends }: PlatformNotes): readonly string[] {
  return [`On platform ${platform}`, `  Mechanism: ${mechanism}`, `  Proof:     ${proof}`, `  Ends:      ${ends}`, '']
}
