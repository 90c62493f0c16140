import type { NodeContext, PodOnNode } from '../../../model/cluster/mechanism.ts'
import { startIn } from '../../namespaces/exec-in.ts'
import { PROXY_UID } from '../redirect/table.ts'
import { connectHelper, type HelperClient } from './helper-client.ts'
import type { HelperFault } from './messages.ts'

/** What is to be done when the helper ends before its fault was taken from it. */
type OnEnd = (how: string) => void

interface PodHelper {
  readonly client: HelperClient
  /** Faults that it was given and that were not taken away, with their end. */
  readonly faults: Map<string, { readonly until: number; readonly onEnd: OnEnd }>
}

/**
 * One helper for each pod, which all faults of its kind on that pod share: two proxies in a row would each have to know of
 * the other, and could not be taken away in any order. The helper ends with its last fault, when its connections have left
 * it, and with this process.
 */
export class PodHelpers {
  readonly #kind: string
  readonly #helpers = new Map<string, Promise<PodHelper>>()

  constructor(kind: string) {
    this.#kind = kind
  }

  /** Gives a fault to the pod's helper, or gives it anew; returns what the helper says. Throws SeaworthyError('ENGINE'). */
  async add(pod: PodOnNode, context: NodeContext, fault: HelperFault, onEnd: OnEnd): Promise<unknown> {
    try {
      return await this.#tryAdd(pod, context, fault, onEnd)
    } catch (error) {
      // The helper may have been about to end with the fault before this one; a helper that cannot start fails twice.
      const known = await this.#known(pod)
      if (known && !known.client.ended) throw error
      this.#helpers.delete(keyOf(pod))
      return this.#tryAdd(pod, context, fault, onEnd)
    }
  }

  /** Takes a fault away; from then on nothing is done to what is on its way through. Idempotent. */
  async remove(pod: PodOnNode, id: string): Promise<void> {
    const helper = await this.#known(pod)
    if (!helper?.faults.delete(id) || helper.client.ended) return
    await helper.client.ask('remove', id).catch(() => undefined)
  }

  /** Undefined when there is no helper, or it has no such fault. */
  async ask(pod: PodOnNode, what: 'counters' | 'secret', id: string): Promise<unknown> {
    const helper = await this.#known(pod)
    if (!helper || helper.client.ended) return undefined
    return helper.client.ask(what, id).catch(() => undefined)
  }

  async has(pod: PodOnNode, id: string): Promise<boolean> {
    const helper = await this.#known(pod)
    return helper !== undefined && !helper.client.ended && helper.faults.has(id)
  }

  /** Process id of the pod's helper, for those who want to see it. */
  async pidOf(pod: PodOnNode): Promise<number | undefined> {
    return (await this.#known(pod))?.client.pid
  }

  async #known(pod: PodOnNode): Promise<PodHelper | undefined> {
    return this.#helpers.get(keyOf(pod))?.catch(() => undefined)
  }

  async #tryAdd(pod: PodOnNode, context: NodeContext, fault: HelperFault, onEnd: OnEnd): Promise<unknown> {
    const key = keyOf(pod)
    const known = this.#helpers.get(key)
    const helper = await (known ?? this.#start(key, pod, context))
    const got = await helper.client.ask('add', fault.id, fault)
    helper.faults.set(fault.id, { until: Date.now() + fault.remainingMs, onEnd })
    return got
  }

  #start(key: string, pod: PodOnNode, { helperCommand }: NodeContext): Promise<PodHelper> {
    const starting = this.#launch(key, pod, helperCommand)
    this.#helpers.set(key, starting)
    starting.catch(() => {
      if (this.#helpers.get(key) === starting) this.#helpers.delete(key)
    })
    return starting
  }

  async #launch(key: string, pod: PodOnNode, helperCommand: readonly string[]): Promise<PodHelper> {
    const name = `the ${this.#kind} of ${pod.namespace}/${pod.name}`
    const child = startIn(pod, [...asProxy(), ...helperCommand, this.#kind], { stdio: 'pipe' })
    const client = await connectHelper(name, child)
    const helper: PodHelper = { client, faults: new Map() }
    void client.whenEnded.then((how) => this.#ended(key, helper, how))
    return helper
  }

  async #ended(key: string, helper: PodHelper, how: string): Promise<void> {
    const known = await this.#helpers.get(key)?.catch(() => undefined)
    if (known === helper) this.#helpers.delete(key)
    const early = [...helper.faults.values()].filter(({ until }) => Date.now() < until)
    helper.faults.clear()
    for (const { onEnd } of early) onEnd(how)
  }
}

/** The pod's UID and its network namespace: a pod gets another one when its sandbox is made anew. */
function keyOf({ uid, netns }: PodOnNode): string {
  return `${uid} ${netns ?? ''}`
}

/** setpriv changes the user first and asks for the signal then: the change would take it back. */
function asProxy(): readonly string[] {
  const user = [`--reuid=${PROXY_UID}`, `--regid=${PROXY_UID}`, '--clear-groups', '--no-new-privs']
  return ['setpriv', ...user, '--pdeathsig', 'KILL', '--']
}
