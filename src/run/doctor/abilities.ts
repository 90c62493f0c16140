import * as z from 'zod'
import { FAULT_TYPES } from '../../faults/registry.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { plainWords } from '../../kube/server-words.ts'
import type { Abilities } from '../../model/cluster/mechanism.ts'
import { ABILITIES_PATH, METRICS_PORT } from '../../model/cluster/system.ts'

const words = z.string().transform((text) => plainWords(text, 80))
const abilitiesSchema = z.looseObject({
  nft: z.boolean(),
  iptables: z.enum(['nft', 'legacy']).optional(),
  ipset: z.boolean(),
  nfqueue: z.boolean(),
  tee: z.boolean(),
  classify: z.boolean(),
  htb: z.boolean(),
  netem: z.boolean(),
  redirect: z.boolean(),
  redirect6: z.boolean(),
  cgroup: z.enum(['v1', 'v2']),
  perl: z.boolean(),
  kernel: words,
  architecture: words,
})

const PATIENCE_MS = 8_000

/** What the daemon of a node found out about it when it started, or in words why that is not known. Throws KubeError without an answer. */
export async function readAbilities(
  client: KubeClient,
  namespace: string,
  pod: string,
): Promise<Abilities | { readonly unknown: string }> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}:${METRICS_PORT}/proxy${ABILITIES_PATH}`
  const { status, body } = await client.raw({ method: 'GET', path, timeoutMs: PATIENCE_MS })
  if (status === 403) return { unknown: `not allowed to get pods/proxy in namespace ${namespace}` }
  if (status !== 200) return { unknown: `its daemon was asked and the answer was ${status}` }
  try {
    const { iptables, ...rest } = abilitiesSchema.parse(JSON.parse(body.toString('utf8')))
    return { ...rest, iptables }
  } catch {
    return { unknown: 'its daemon answered in a way that is not understood' }
  }
}

/** `Linux 6.1.0 x64, cgroup v1, nft, iptables (nft), ipset, NFQUEUE, htb; without netem` */
export function spokenAbilities(able: Abilities): string {
  const named: readonly (readonly [string, boolean])[] = [
    ['nft', able.nft],
    [`iptables${able.iptables ? ` (${able.iptables})` : ''}`, able.iptables !== undefined],
    ['ipset', able.ipset],
    ['NFQUEUE', able.nfqueue],
    ['TEE', able.tee],
    ['CLASSIFY', able.classify],
    ['htb', able.htb],
    ['netem', able.netem],
    ['REDIRECT', able.redirect],
    ['REDIRECT for IPv6', able.redirect6],
    ['perl', able.perl],
  ]
  const has = named.flatMap(([name, is]) => (is ? [name] : []))
  const lacks = named.flatMap(([name, is]) => (is ? [] : [name]))
  const start = `Linux ${able.kernel} ${able.architecture}, cgroup ${able.cgroup}`
  return `${[start, ...has].join(', ')}${lacks.length === 0 ? '' : `; without ${lacks.join(', ')}`}`
}

/** What the mechanisms of the daemon ask of a node, by the fault types that are made of them (src/daemon, each `refuse`). */
const DEMANDS: readonly {
  readonly types: readonly string[]
  readonly met: (able: Abilities) => boolean
  readonly lack: string
}[] = [
  {
    types: ['network-partition', 'network-loss'],
    met: ({ nft, ipset, iptables }) => nft || (ipset && iptables !== undefined),
    lack: 'neither nf_tables nor iptables with ipset',
  },
  {
    types: ['network-delay', 'network-corrupt', 'network-reorder'],
    met: ({ nft, nfqueue, perl, htb, netem }) => nft && ((nfqueue && perl) || (htb && netem)),
    lack: 'neither NFQUEUE nor netem behind nf_tables',
  },
  { types: ['network-bandwidth'], met: ({ nft, htb }) => nft && htb, lack: 'nf_tables or sch_htb is missing' },
  { types: ['network-duplicate'], met: ({ nft, tee }) => nft && tee, lack: 'no packet duplicator' },
  {
    types: ['http-abort', 'http-delay', 'http-replace', 'grpc-abort', 'dns-error', 'dns-random', 'dns-static'],
    met: ({ nft, ipset, iptables, redirect }) => redirect && (nft || (ipset && iptables !== undefined)),
    lack: 'connections cannot be redirected',
  },
]

/** Fault types that this node cannot do, with what it lacks; of all types, or of those that a suite uses. */
export function impossible(able: Abilities, types: readonly string[] | undefined): readonly string[] {
  const known = FAULT_TYPES.filter(({ cluster }) => cluster !== undefined).map(({ type }) => type)
  return DEMANDS.filter(({ met }) => !met(able)).flatMap((demand) => {
    const hit = demand.types.filter((type) => known.includes(type) && (types?.includes(type) ?? true))
    return hit.length === 0 ? [] : [`${hit.join(', ')}: ${demand.lack}`]
  })
}
