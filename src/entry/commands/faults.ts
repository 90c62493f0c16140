import { faultReference, listFaults } from '../../faults/reference.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Invocation } from '../program.ts'

export async function faultsCommand({ words, json }: Invocation): Promise<number> {
  const [type] = words
  const faults = listFaults().filter((fault) => type === undefined || fault.type === type)
  if (faults.length === 0)
    throw new SeaworthyError('INPUT', `there is no fault type ${type}`, {
      remedy: 'See `seaworthy faults` for all of them.',
    })
  if (json) process.stdout.write(`${JSON.stringify(faults, null, 2)}\n`)
  else if (type === undefined)
    process.stdout.write(`${faults.map((fault) => `${fault.type.padEnd(20)} ${fault.summary}`).join('\n')}\n`)
  else process.stdout.write(faultReference(type))
  return 0
}
