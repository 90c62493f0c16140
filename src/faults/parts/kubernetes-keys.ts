import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'

/**
 * Parameters that only platform `kubernetes` has. Made when they are asked for: a start-up pays for no schema that it does
 * not use. They have no default in the schema, so that a recipe for platform `process` can tell that one was given.
 */
export function containerKey() {
  return z
    .string()
    .regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, { error: 'Not the name of a container, such as web.' })
    .optional()
    .describe('On Kubernetes: the container of the pod. Default: its first one.')
}

const MOST_PORTS = 16

export function portKey() {
  return z.int().min(1).max(65_535)
}

export function portsKey(meaning: string) {
  return z.array(portKey()).min(1).max(MOST_PORTS).optional().describe(`On Kubernetes: ${meaning}`)
}

export function mechanismKey() {
  return z
    .enum(['queue', 'netem'])
    .optional()
    .describe(
      "On Kubernetes: `queue` decides on each packet in user space (NFQUEUE), `netem` is the kernel's own emulator, where it has it. Default: queue.",
    )
}

/** Text that a command line of a process contains. */
export function processText() {
  return z.string().min(1).max(256)
}

/** Throws SeaworthyError('PLAN') where a parameter was given that means nothing on platform `process`. */
export function refuseKeys(type: string, given: Readonly<Record<string, unknown>>): void {
  const key = Object.keys(given).find((name) => given[name] !== undefined)
  if (key === undefined) return
  throw new SeaworthyError('PLAN', `${key} of ${type} means nothing on platform process`, {
    remedy: `Remove ${key}, or run the suite on platform kubernetes.`,
  })
}
