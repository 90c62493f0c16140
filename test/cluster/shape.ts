import { join } from 'node:path'
import { SeaworthyError } from '../../src/kit/errors.ts'
import { stateRoot } from './places.ts'

/** Addresses, names and folders of one cluster: all follow from its number, so that two clusters never share one. */
export interface Shape {
  readonly number: number
  readonly folder: string
  readonly podCidr: string
  readonly serviceCidr: string
  readonly apiService: string
  readonly dnsService: string
  /** The link between the machine and node 1. */
  readonly link: { readonly name: string; readonly machine: string; readonly node: string; readonly cidr: string }
  readonly server: string
  readonly nodesCidr: string
  readonly nodes: readonly [NodeShape, NodeShape]
}

export interface NodeShape {
  readonly index: 1 | 2
  readonly name: string
  readonly ip: string
  readonly podCidr: string
  /** Its folder; `lib`, `log` are /var/lib and /var/log as the node itself sees them. */
  readonly folder: string
  /** Its control group, the same name in every hierarchy. */
  readonly cgroup: string
}

export const HIGHEST_NUMBER = 9

/** The shape of cluster `number`. Throws `INPUT` when it is not a whole number from 0 to 9. */
export function shapeOf(number: number): Shape {
  if (!Number.isInteger(number) || number < 0 || number > HIGHEST_NUMBER) {
    throw new SeaworthyError('INPUT', `${number} is not the number of a cluster`, {
      remedy: `Use a whole number from 0 to ${HIGHEST_NUMBER}.`,
    })
  }
  const folder = join(stateRoot(), String(number))
  const pods = `10.${100 + 2 * number}`
  const services = `10.${101 + 2 * number}`
  const node = (index: 1 | 2): NodeShape => ({
    index,
    name: `node-${index}`,
    ip: `172.31.${number}.${index}`,
    // 250 pods and those that are just ending need more than the 253 addresses of a /24.
    podCidr: `${pods}.${4 * index}.0/22`,
    folder: join(folder, `node-${index}`),
    cgroup: `seaworthy-${number}-${index}`,
  })
  const machine = `172.30.${number}.254`
  const nodeEnd = `172.30.${number}.1`
  return {
    number,
    folder,
    podCidr: `${pods}.0.0/16`,
    serviceCidr: `${services}.0.0/16`,
    apiService: `${services}.0.1`,
    dnsService: `${services}.0.10`,
    link: { name: `seaworthy${number}`, machine, node: nodeEnd, cidr: `172.30.${number}.0/24` },
    server: `https://${nodeEnd}:6443`,
    nodesCidr: `172.31.${number}.0/24`,
    nodes: [node(1), node(2)],
  }
}
