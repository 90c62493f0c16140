import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { PodOnNode } from '../../model/cluster/mechanism.ts'
import { mustExecIn } from '../namespaces/exec-in.ts'
import { enterNetns } from '../namespaces/netns.ts'

const linksSchema = z.array(z.looseObject({ ifname: z.string().optional(), flags: z.array(z.string()).optional() }))
const routesSchema = z.array(z.looseObject({ gateway: z.string().optional(), dev: z.string().optional() }))

/** Network devices of the pod that are up, without loopback. Throws SeaworthyError('ENGINE') when it has none. */
export async function devicesOf(pod: PodOnNode): Promise<readonly string[]> {
  const links = linksSchema.parse(JSON.parse(await mustExecIn(pod, 'ip', ['-j', 'link', 'show', 'up'])))
  const names = links.flatMap(({ ifname, flags = [] }) =>
    ifname === undefined || flags.includes('LOOPBACK') ? [] : [ifname],
  )
  if (names.length === 0) throw new SeaworthyError('ENGINE', 'the pod has no network device that is up')
  return names
}

/** All devices of the pod but loopback, up or not, without a program. Throws SeaworthyError('ENGINE') when the pod is gone. */
export function deviceNames(pod: PodOnNode): readonly string[] {
  // The process may be somebody else's by now.
  enterNetns(pod)
  try {
    return devicesIn(readFileSync(`/proc/${pod.sandbox?.pid}/net/dev`, 'utf8'))
  } catch (cause) {
    throw new SeaworthyError('ENGINE', 'the devices of the pod cannot be listed', { cause })
  }
}

/** Reads `/proc/PID/net/dev` (proc_pid_net(5)): two lines of headings, and one for each device. */
export function devicesIn(text: string): readonly string[] {
  const names = text
    .split('\n')
    .slice(2)
    .flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? [])
  return names.filter((name) => name !== 'lo')
}

/**
 * The index of the pod's device, where it has only one beside loopback, as nearly all pods do; undefined otherwise, and where it
 * cannot be told. Without a program. Throws SeaworthyError('ENGINE') when the pod is gone.
 */
export function onlyDevice(pod: PodOnNode): number | undefined {
  const [name, ...others] = deviceNames(pod)
  if (name === undefined || others.length > 0) return undefined
  try {
    return indexIn(readFileSync(`/proc/${pod.sandbox?.pid}/net/igmp`, 'utf8'), name)
  } catch {
    return undefined
  }
}

/** Reads `/proc/PID/net/igmp`, the only list of devices there that has their indices: `2\teth0      :     1      V3`. */
export function indexIn(text: string, name: string): number | undefined {
  const found = [...text.matchAll(/^(\d+)\t(\S+)\s*:/gm)].find(([, , device]) => device === name)
  return found ? Number(found[1]) : undefined
}

export interface Gateway {
  readonly address: string
  readonly device: string
}

/** Where packets to elsewhere go first; undefined without a default route by a gateway. */
export async function gatewayOf(pod: PodOnNode, version: 4 | 6): Promise<Gateway | undefined> {
  const text = await mustExecIn(pod, 'ip', ['-j', `-${version}`, 'route', 'show', 'default'])
  const routes = routesSchema.parse(JSON.parse(text.trim() === '' ? '[]' : text))
  return routes.flatMap(({ gateway, dev }) => (gateway && dev ? [{ address: gateway, device: dev }] : []))[0]
}
