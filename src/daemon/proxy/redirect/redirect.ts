import { SeaworthyError } from '../../../kit/errors.ts'
import type { NodeContext, PodOnNode } from '../../../model/cluster/mechanism.ts'
import { exchangeIn } from '../../network/netlink/exchange.ts'
import { askTables, deleteTable, isDeleted } from '../../network/netlink/nft-messages.ts'
import { tableName } from '../../network/rules/gate.ts'
import { whileUnhooking } from '../../network/unhook.ts'
import { installIptables, iptablesLeftovers, removeIptables } from './iptables.ts'
import { installNft, nftLeftovers, removeNft } from './nft.ts'
import type { RedirectTable } from './table.ts'

/** What this process has put there by iptables; of what a former daemon did nothing is known. */
const byIptables = new Set<string>()
const byNft = new Set<string>()

/**
 * Leads new flows to a proxy while two timed sets hold their port: `until` runs out with the fault, `alive` three seconds
 * after the proxy's last beat. A beat is one datagram of the proxy to `beatAddress` and the port; it refreshes `alive` in
 * the kernel and is dropped there. So a dead or wedged proxy is an outage of three seconds at most, with every other
 * process dead. Flows that are known to the kernel stay where they are; TCP is redirected at its first packet only.
 * Idempotent: another table of the same id is replaced in one step.
 *
 * @throws SeaworthyError('ENGINE') when neither nft nor iptables could do it
 */
export async function installRedirect(table: RedirectTable, pod: PodOnNode, context: NodeContext): Promise<void> {
  const { nft, iptables, ipset } = context.abilities
  const troubles: string[] = []
  if (nft) {
    const trouble = await installNft(table, pod)
    if (trouble === undefined) {
      byNft.add(keyOf(table.id, pod))
      return
    }
    troubles.push(`nft: ${trouble}`)
  }
  if (iptables && ipset) {
    byIptables.add(keyOf(table.id, pod))
    const trouble = await installIptables(table, pod, context.abilities)
    if (trouble === undefined) return
    troubles.push(`iptables: ${trouble}`)
  }
  throw new SeaworthyError(
    'ENGINE',
    `new connections could not be redirected: ${troubles.join('; ') || 'neither nft nor iptables with ipset is there'}`,
    {
      target: `${pod.namespace}/${pod.name}`,
    },
  )
}

/** Idempotent; whichever tool made it. */
export async function removeRedirect(id: string, pod: PodOnNode, context: NodeContext): Promise<void> {
  const { nft, iptables, ipset } = context.abilities
  if (nft) await removeNft(id, pod)
  if (iptables && ipset) await removeIptables(id, pod)
  byNft.delete(keyOf(id, pod))
  byIptables.delete(keyOf(id, pod))
}

/**
 * As removeRedirect, by one program that sees that nothing is left. False where it could not be done, or it is not known to be
 * there by nft alone. Throws SeaworthyError('ENGINE') when the pod is gone.
 */
export async function finishRedirect(id: string, pod: PodOnNode): Promise<boolean> {
  const key = keyOf(id, pod)
  if (!byNft.has(key) || byIptables.has(key)) return false
  const table = tableName(id)
  const said = await whileUnhooking(pod.netns, () =>
    exchangeIn(pod, { table: deleteTable(table), tables: askTables() }),
  )
  if (!isDeleted(table, said)) return false
  byNft.delete(key)
  return true
}

function keyOf(id: string, { netns = '' }: PodOnNode): string {
  return `${id} ${netns}`
}

export async function redirectLeftovers(id: string, pod: PodOnNode, context: NodeContext): Promise<readonly string[]> {
  const { nft, iptables, ipset } = context.abilities
  return [...(nft ? await nftLeftovers(id, pod) : []), ...(iptables && ipset ? await iptablesLeftovers(id, pod) : [])]
}
