import { existsSync } from 'node:fs'
import { arch, release } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../kit/exec.ts'
import type { Abilities } from '../../model/cluster/mechanism.ts'

const TIMEOUT_MS = 20_000

/**
 * Each is a shell command in a network namespace of its own, which is gone when it ends: what a kernel says it can do and
 * what it does are two things. Only the exit status counts; words differ between versions. A probe may load a module.
 */
const PROBES = {
  nft: `nft 'add table inet t; add set inet t s { type ipv4_addr; flags timeout,interval; elements = { 10.0.0.0/8 timeout 60s }; };
    add chain inet t c { type filter hook input priority -300; }; add rule inet t c ip saddr @s numgen random mod 1000 < 5 drop'`,
  iptablesNft: 'iptables-nft -w -t mangle -A OUTPUT -j DROP',
  iptablesLegacy: 'iptables-legacy -w -t mangle -A OUTPUT -j DROP',
  ipset: 'ipset create t hash:net timeout 60 && ipset add t 10.0.0.0/8 timeout 5',
  // The nft statement, or the iptables target that a rule of ours may name.
  nfqueue: `nft 'add table inet t; add chain inet t c { type filter hook input priority -300; }; add rule inet t c queue flags bypass to 7' ||
    iptables-nft -w -t mangle -A INPUT -j NFQUEUE --queue-num 7 --queue-bypass ||
    iptables-legacy -w -t mangle -A INPUT -j NFQUEUE --queue-num 7 --queue-bypass`,
  tee: `nft 'add table ip t; add chain ip t c { type filter hook postrouting priority -300; }; add rule ip t c dup to 10.0.0.1' ||
    iptables-nft -w -t mangle -A POSTROUTING -j TEE --gateway 10.0.0.1 ||
    iptables-legacy -w -t mangle -A POSTROUTING -j TEE --gateway 10.0.0.1`,
  classify: `nft 'add table inet t; add chain inet t c { type filter hook postrouting priority -300; }; add rule inet t c meta priority set f5ea:2' ||
    iptables-legacy -w -t mangle -A POSTROUTING -j CLASSIFY --set-class 1:2`,
  htb: 'tc qdisc add dev lo root handle 1: htb default 0 && tc class add dev lo parent 1: classid 1:2 htb rate 1mbit',
  netem: 'tc qdisc add dev lo root netem delay 10ms',
  redirect: 'iptables -w -t nat -A OUTPUT -p tcp --syn -j REDIRECT --to-ports 9',
  redirect6: 'ip6tables -w -t nat -A OUTPUT -p tcp --syn -j REDIRECT --to-ports 9',
} as const

/** Tries out what this node can do; changes nothing but what modules the kernel has loaded. What cannot be tried is not able. */
async function tryAbilities(cgroupRoot: string): Promise<Abilities> {
  const names = Object.keys(PROBES) as (keyof typeof PROBES)[]
  const able = new Map<keyof typeof PROBES, boolean>()
  // Side by side they would wait for the same locks of the kernel and gain nothing.
  for (const name of names) able.set(name, await succeeds('unshare', ['-n', 'sh', '-c', PROBES[name]]))
  const can = (name: keyof typeof PROBES) => able.get(name) === true
  return {
    nft: can('nft'),
    iptables: can('iptablesNft') ? 'nft' : can('iptablesLegacy') ? 'legacy' : undefined,
    ipset: can('ipset'),
    nfqueue: can('nfqueue'),
    tee: can('tee'),
    classify: can('classify'),
    htb: can('htb'),
    netem: can('netem'),
    redirect: can('redirect'),
    redirect6: can('redirect6'),
    cgroup: existsSync(join(cgroupRoot, 'cgroup.controllers')) ? 'v2' : 'v1',
    perl: await succeeds('perl', ['-e', 'exit 0']),
    kernel: release(),
    architecture: arch(),
  }
}

let known: Promise<Abilities> | undefined

/** What this node can do, tried out once in the life of the daemon. */
export function probeAbilities(cgroupRoot = '/sys/fs/cgroup'): Promise<Abilities> {
  known ??= tryAbilities(cgroupRoot)
  return known
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await exec(program, args, { timeoutMs: TIMEOUT_MS })).exitCode === 0
  } catch {
    return false
  }
}
