import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { withLock } from '../lock.ts'
import { cacheRoot } from '../places.ts'
import { progress } from '../progress.ts'
import { run } from '../tools.ts'

/** A Debian package and a file by which to tell that it is there. */
const NEEDED = {
  '/usr/bin/containerd': 'containerd',
  '/usr/sbin/runc': 'runc',
  '/usr/bin/etcd': 'etcd-server',
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
  '/usr/bin/mmdebstrap': 'mmdebstrap',
  '/usr/sbin/iptables': 'iptables',
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/ipset': 'ipset',
  '/usr/sbin/conntrack': 'conntrack',
  '/usr/bin/ip': 'iproute2',
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/gcc': 'gcc',
  '/usr/include/stdio.h': 'libc6-dev',
  '/usr/bin/prometheus': 'prometheus',
  '/usr/bin/nsenter': 'util-linux',
} as const

const SERVICE_POLICY = '/usr/sbin/policy-rc.d'

/**
 * Installs the Debian packages that are missing, and starts none of the services that some of them bring. `more` are needed
 * besides those of every cluster: each a file by which to tell that it is there, and its package.
 */
export async function ensurePackages(more: Readonly<Record<string, string>> = {}): Promise<void> {
  const needed = { ...NEEDED, ...more }
  if (missing(needed).length === 0) return
  await withLock(`${cacheRoot()}/packages.lock`, async () => {
    const packages = missing(needed)
    if (packages.length === 0) return
    progress(`installing ${packages.join(' ')}`)
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
    await withoutServices(async () => {
      await run('apt-get', ['update', '-q'], options)
      await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], options)
    })
  })
}

function missing(needed: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(needed)
    .filter(([file]) => !existsSync(file))
    .map(([, name]) => name)
}

/** Debian asks this file before a package starts a service; 101 means no. One that is there already is left alone. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  if (existsSync(SERVICE_POLICY)) return work()
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    rmSync(SERVICE_POLICY, { force: true })
  }
}
