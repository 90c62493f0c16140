import { SeaworthyError } from '../../../kit/errors.ts'

/** Of kind's own rule (`^[a-z0-9.-]+$`) what is also a host name: nodes are `NAME-control-plane`, at most 63 characters. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,43}[a-z0-9])?$/

/** The name of the cluster of a run: unique since runs' names are, and known before the cluster is. */
export function clusterNameOf(run: string): string {
  return checkClusterName(`sw-${run}`)
}

/** Throws SeaworthyError('INPUT') for a name that cannot be the name of a cluster and of its nodes. */
export function checkClusterName(name: string): string {
  if (NAME.test(name)) return name
  throw new SeaworthyError('INPUT', `${JSON.stringify(name)} is not a name for a kind cluster`, {
    remedy: 'Use at most 45 small letters, digits and dashes, with no dash at either end.',
  })
}
