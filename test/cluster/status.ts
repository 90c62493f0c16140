import { isAlive } from '../../src/kit/process-identity.ts'
import { kubeconfigOf } from './control/pki.ts'
import { knownNumbers, readRecord } from './record.ts'
import { type Shape, shapeOf } from './shape.ts'
import { isWhole } from './up.ts'

/** What runs of each cluster, as lines of text. */
export function describeClusters(): readonly string[] {
  const numbers = knownNumbers()
  return numbers.length === 0 ? ['no cluster'] : numbers.flatMap((number) => describe(shapeOf(number)))
}

function describe(shape: Shape): readonly string[] {
  const record = readRecord(shape)
  if (!record) return [`cluster ${shape.number}: only a folder`]
  const state = isWhole(record) ? 'up' : record.stage === 'up' ? 'damaged' : 'half up'
  const processes = Object.entries(record.components).map(([name, { process }]) => {
    const life = process === undefined ? 'stopped' : isAlive(process) ? `runs, pid ${process.pid}` : 'died'
    return `  ${name}: ${life}`
  })
  return [
    `cluster ${shape.number}: ${state}`,
    `  kubeconfig: ${kubeconfigOf(shape, 'admin')}`,
    `  kubectl: ${record.kubectl}`,
    ...processes,
  ]
}
