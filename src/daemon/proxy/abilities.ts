import { isIPv6 } from 'node:net'
import type { Abilities, PodOnNode } from '../../model/cluster/mechanism.ts'
import { refuseNetns } from '../namespaces/netns.ts'

/** Why nothing of this pod can be redirected on this node; undefined when it can. */
export function refuseRedirect(
  pod: PodOnNode,
  { nft, iptables, ipset, redirect, redirect6 }: Abilities,
): string | undefined {
  const refusal = refuseNetns(pod)
  if (refusal !== undefined) return refusal
  if (!nft && !(iptables && ipset)) return 'this node has neither nft nor iptables with ipset'
  const families = new Set(pod.ips.map((ip) => (isIPv6(ip) ? 6 : 4)))
  if (families.has(4) && !redirect)
    return 'the kernel of this node cannot redirect connections (nft or iptables REDIRECT)'
  if (families.has(6) && !families.has(4) && !redirect6)
    return 'the kernel of this node cannot redirect IPv6 connections'
  return undefined
}
