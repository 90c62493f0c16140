import type { FaultObject } from '../../model/cluster/fault-object.ts'
import type { FaultType } from '../../model/fault.ts'
import type { JournalContent } from '../journal/journal.ts'
import type { FaultIdentity, JournalEntry } from '../journal/journal-entry.ts'
import type { PodObject } from '../objects.ts'
import { takesNodeDown } from './containers.ts'
import { type CaseListener, FaultCase, identityOf } from './fault-case.ts'
import type { RunSetting } from './run-setting.ts'
import type { Request } from './safety.ts'

export interface DeskParts {
  readonly setting: RunSetting
  readonly faultTypes: readonly FaultType[]
  readonly listener: CaseListener
  /** Nothing will be said of it any more. */
  readonly onForgotten: (faultCase: FaultCase) => void
}

/** All faults that this daemon knows of, and what of the cluster's changes concerns which. */
export class Desk {
  readonly #parts: DeskParts
  readonly #cases = new Map<string, FaultCase>()
  readonly #types: ReadonlyMap<string, FaultType>
  /** `namespace/name` of pods and nodes → UIDs of faults that name them. */
  readonly #naming = new Map<string, Set<string>>()
  readonly #adopted = new Set<FaultCase>()
  #isStopping = false

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.#types = new Map(parts.faultTypes.map((type) => [type.type, type]))
  }

  get cases(): readonly FaultCase[] {
    return [...this.#cases.values()]
  }

  /**
   * Takes over what a former daemon wrote down. Deadlines count from now on; those that have passed, and what a reboot has
   * already ended in the kernel, are undone at once. Unreadable entries stay as leftovers of their faults.
   */
  async adopt({ entries, unreadable }: JournalContent): Promise<void> {
    const { boot, onTrouble } = this.#parts.setting
    const uptimeMs = await boot.uptimeMs()
    for (const entry of entries) this.#adoptEntry(entry, uptimeMs)
    for (const { file, why, faultUid, targetUid } of unreadable) {
      onTrouble(`${file} cannot be read, so what it would undo is left behind: ${why}`)
      if (faultUid === '') continue
      const identity = { kind: 'Fault', namespace: undefined, name: faultUid, uid: faultUid, type: '' } as const
      const target = { kind: 'Pod', name: targetUid, uid: targetUid }
      const faultCase = this.#case(identity)
      this.#adopted.add(faultCase)
      faultCase.run(target).lose(`${file} cannot be read`)
    }
  }

  #adoptEntry(entry: JournalEntry, uptimeMs: number): void {
    const { boot, clock } = this.#parts.setting
    const faultCase = this.#case(entry.fault)
    const run = faultCase.run(entry.target)
    this.#adopted.add(faultCase)
    if (entry.state === 'over') {
      run.close(entry.record)
      return
    }
    const sameBoot = entry.bootId === boot.bootId
    // The boot clock began anew, and says nothing of a time from before.
    run.adopt(entry, sameBoot ? entry.expiresAtBootMs - uptimeMs : entry.expiresAtMs - clock.now())
    // Where the boot is what was asked for it has ended nothing: it is looked at, until the deadline.
    if (!sameBoot && !takesNodeDown(entry.actions)) run.end('cleanup')
  }

  /** The first list of all objects was followed: what has none is undone, what has one goes on. */
  synced(): void {
    for (const faultCase of this.#adopted) {
      if (!faultCase.object) this.#remove(faultCase)
      else for (const run of faultCase.runs.values()) run.resume()
    }
    this.#adopted.clear()
  }

  followed(object: FaultObject): void {
    const uid = object.metadata.uid
    if (uid === undefined || this.#isStopping) return
    for (const name of namesOf(object)) this.#name(name, uid)
    this.#case(identityOf(object, uid)).follow(object)
  }

  removed(object: FaultObject): void {
    const faultCase = this.#cases.get(object.metadata.uid ?? '')
    if (faultCase) this.#remove(faultCase)
  }

  podChanged(pod: PodObject, isGone: boolean): void {
    const { namespace = '', name } = pod.metadata
    for (const uid of this.#naming.get(`${namespace}/${name}`) ?? []) {
      const faultCase = this.#cases.get(uid)
      faultCase?.podChanged(name, isGone ? undefined : pod)
      if (!isGone) this.#again(faultCase)
    }
  }

  /** Labels may have changed: what was refused may be allowed, and what is on may not be any more. */
  namespaceChanged(name: string): void {
    for (const faultCase of this.#cases.values()) if (faultCase.identity.namespace === name) this.#again(faultCase)
  }

  nodeChanged(): void {
    for (const faultCase of this.#cases.values()) if (faultCase.identity.kind === 'NodeFault') this.#again(faultCase)
  }

  /** Ends everything that is on. Resolves when it was undone, or could not be; the journal has what is left. */
  async shutdown(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.cases.map((faultCase) => faultCase.shutdown()))
  }

  #again(faultCase: FaultCase | undefined): void {
    if (faultCase?.object && !this.#isStopping) faultCase.follow(faultCase.object)
  }

  #case(identity: FaultIdentity): FaultCase {
    const known = this.#cases.get(identity.uid)
    if (known) return known
    const { setting, listener } = this.#parts
    const made = new FaultCase(identity, setting, listener, (name) => this.#typeOf(name))
    this.#cases.set(identity.uid, made)
    return made
  }

  #typeOf(name: string): Request['type'] {
    const type = this.#types.get(name)
    return type?.cluster ? (type as NonNullable<Request['type']>) : undefined
  }

  /** Ends what is left of it, and forgets it when that is done. */
  #remove(faultCase: FaultCase): void {
    faultCase.removed()
    this.#forgetWhenOver(faultCase).catch((error: unknown) => this.#parts.setting.onTrouble(String(error)))
  }

  async #forgetWhenOver(faultCase: FaultCase): Promise<void> {
    const { clock, journal } = this.#parts.setting
    const runs = [...faultCase.runs.values()]
    for (const run of runs) {
      await run.idle()
      // What is left over is tried again, and stays in the journal until it is gone.
      for (; run.stage !== 'over' && !this.#isStopping; await run.idle()) await clock.sleep(AGAIN_MS)
    }
    if (this.#isStopping || faultCase.object) return
    await Promise.all(runs.map((run) => journal.remove(faultCase.identity.uid, run.target.uid)))
    for (const run of runs) run.dispose()
    this.#cases.delete(faultCase.identity.uid)
    for (const [name, uids] of this.#naming)
      if (uids.delete(faultCase.identity.uid) && uids.size === 0) this.#naming.delete(name)
    this.#parts.onForgotten(faultCase)
  }

  #name(name: string, uid: string): void {
    const uids = this.#naming.get(name) ?? new Set()
    this.#naming.set(name, uids.add(uid))
  }
}

const AGAIN_MS = 1_000

function namesOf({ metadata, spec }: FaultObject): readonly string[] {
  return spec.targets.map(({ name }) => `${metadata.namespace ?? ''}/${name}`)
}
