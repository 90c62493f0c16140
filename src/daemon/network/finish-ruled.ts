import type { NodeContext, PodOnNode } from '../../model/cluster/mechanism.ts'
import { onlyDevice } from './devices.ts'
import { type Answers, exchangeIn, type Request } from './netlink/exchange.ts'
import { askCounters, askTables, countersIn, deleteTable, isDeleted } from './netlink/nft-messages.ts'
import { askClasses, askQdiscs, deleteClass, deleteRoot, queuesIn } from './netlink/tc-messages.ts'
import { tableName } from './rules/gate.ts'
import type { Count } from './tables.ts'
import { classNumberOf, endingOfClass, OWN_ROOT, whileClassesChange } from './timed-class.ts'
import { whileUnhooking } from './unhook.ts'

/** What was counted of an action of rules and a class before it was taken away. */
interface FinishedClass {
  readonly counters: ReadonlyMap<string, Count>
  /** What its class has held back and dropped; undefined where it has none. */
  readonly limited: number | undefined
}

/**
 * Reads the counters of an action of rules and a class, takes it away, and sees that nothing is left of it, by one small
 * program, or two where it has to find out what a former daemon made. Undefined where it could not be done, or not wholly:
 * what was done need not be done again, and nothing else was touched. Throws SeaworthyError('ENGINE') when the pod is gone.
 */
export async function finishRuledClass(pod: PodOnNode, { id }: NodeContext): Promise<FinishedClass | undefined> {
  const device = onlyDevice(pod)
  if (device === undefined) return undefined
  const [table, own] = [tableName(id), classNumberOf(id)]
  const look = { qdiscs: askQdiscs(), classes: askClasses(device) }
  return whileClassesChange(pod, async () => {
    const ending = endingOfClass(pod, id)
    const said = await whileUnhooking(pod.netns, () =>
      exchangeIn(pod, {
        counters: askCounters(table),
        before: askClasses(device),
        table: deleteTable(table),
        tables: askTables(),
        class: ending && removal(device, own, ending.isLast),
        ...look,
      }),
    )
    if (!isDeleted(table, said)) return undefined
    const left = ownClasses(said.classes)
    const isLeft = left.includes(own)
    if (isLeft && ending) return undefined
    const seen = isLeft ? await exchangeIn(pod, { class: removal(device, own, left.length === 1), ...look }) : said
    if (!isGone(seen, own)) return undefined
    ending?.done()
    return {
      counters: countersIn(said.counters, table),
      limited: queuesIn(said.before).find(({ handle }) => handle === own)?.limited,
    }
  })
}

/** With the last class goes our root, which brings the kernel's default back. */
function removal(device: number, own: number, isLast: boolean): Request {
  return isLast ? deleteRoot(device) : deleteClass(device, own)
}

/** Neither the class is there, nor a root of ours without any. */
function isGone({ qdiscs, classes }: Readonly<Record<'qdiscs' | 'classes', Answers>>, own: number): boolean {
  const left = ownClasses(classes)
  const isRootThere = queuesIn(qdiscs).some(({ handle, isRoot }) => isRoot && handle === OWN_ROOT)
  return !left.includes(own) && !(isRootThere && left.length === 0)
}

function ownClasses(classes: Answers): readonly number[] {
  return queuesIn(classes).flatMap(({ handle }) => (handle >>> 16 === OWN_ROOT >>> 16 ? [handle] : []))
}
