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
      ? faults.map(({ type: name, summary }) => `${name.padEnd(20)} ${summary}`)
      : faults.flatMap(explain)
  process.stdout.write(json ? `${JSON.stringify(faults, null, 2)}\n` : `${text.join('\n')}\n`)
  return 0
}

function explain({ type, summary, parameters, mechanism, proof, ends, example }: FaultFacts): string[] {
  const width = Math.max(...parameters.map(({ name }) => name.length))
  return [
    `${type}: ${summary}`,
    '',
    ...parameters.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
    '',
    `Mechanism: ${mechanism}`,
    `Proof:     ${proof}`,
    `Ends:      ${ends}`,
    '',
    'Example:',
    ...example.split('\n').map((line) => `  ${line}`),
  ]
}
