import type { Abilities } from '../../src/model/cluster/mechanism.ts'

/** A node that can do all but netem, whose module many kernels lack. */
export const ABILITIES: Abilities = {
  nft: true,
  iptables: 'nft',
  ipset: true,
  nfqueue: true,
  tee: true,
  classify: true,
  htb: true,
  netem: false,
  redirect: true,
  redirect6: true,
  cgroup: 'v2',
  perl: true,
  kernel: '6.1.0',
  architecture: 'x64',
}
