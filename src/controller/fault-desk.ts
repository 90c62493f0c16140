import { messageOf } from '../kit/errors.ts'
import type { FaultObject } from '../model/cluster/fault-object.ts'
import { FaultRun } from './fault-run.ts'
import { isForbiddenByNode } from './node-permits.ts'
import type { Setting } from './setting.ts'
import type { UndoRecord } from './undo-records.ts'

/** All faults that the controller works on, by the UIDs of their objects. */
export class FaultDesk {
  readonly #setting: Setting
  readonly #runs = new Map<string, FaultRun>()

  constructor(setting: Setting) {
    this.#setting = setting
  }

  /** On how many targets each type of fault is now. */
  get on(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const run of this.#runs.values()) {
      const { type } = run.fault.spec
      if (run.on > 0) counts.set(type, (counts.get(type) ?? 0) + run.on)
    }
    return counts
  }

  /** Takes over what a controller before this one left: of faults that are still asked for, and of those that are gone. */
  async adopt(faults: readonly FaultObject[]): Promise<void> {
    const records = await this.#setting.records.all()
    const runs = records.map((recorded) => {
      const fault = faults.find(({ metadata }) => metadata.uid === recorded.fault.uid)
      const run = new FaultRun(this.#setting, fault ?? remembered(recorded), { recorded, isGone: fault === undefined })
      this.#runs.set(recorded.fault.uid, run)
      return run
    })
    // Before the first of them ends: what lies on what must be known by then.
    const left = runs.flatMap(({ leftBehind }) => leftBehind).toSorted((a, b) => a.since - b.since)
    for (const run of left) this.#setting.stack.push(run, run.since)
    for (const run of runs) this.#start(run, run.wake())
  }

  onChange(change: 'added' | 'changed' | 'removed', fault: FaultObject): void {
    const uid = fault.metadata.uid ?? ''
    const run = this.#runs.get(uid)
    if (change === 'removed') run?.gone()
    else if (run) run.update(fault)
    else if (this.#isOurs(fault)) {
      const begun = new FaultRun(this.#setting, fault)
      this.#runs.set(uid, begun)
      this.#start(begun, begun.wake())
    }
    this.#forgetDone()
  }

  /** Labels may have changed: what was refused may be allowed, and what is on may not be any more. */
  namespaceChanged(name: string): void {
    for (const run of this.#runs.values()) if (run.fault.metadata.namespace === name) run.nudge()
  }

  /** As namespaceChanged, for what is on nodes; call it often. */
  async checkNodes(): Promise<void> {
    const onNodes = [...this.#runs.values()].filter(({ fault, on }) => fault.kind === 'NodeFault' && on > 0)
    await Promise.all(
      onNodes.map(async (run) => {
        if (await isForbiddenByNode(this.#setting, run.fault)) run.forbid()
      }),
    )
  }

  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.close()))
  }

  /** A type that nobody knows is refused by the controller: a fault on which nobody speaks would stay so for ever. */
  #isOurs({ spec }: FaultObject): boolean {
    const type = this.#setting.typeOf(spec.type)
    return type === undefined || type.cluster.actor === 'controller'
  }

  #start(run: FaultRun, working: Promise<void>): void {
    working.catch((error) => this.#setting.onTrouble(`${run.fault.metadata.name}: ${messageOf(error)}`))
  }

  #forgetDone(): void {
    for (const [uid, run] of this.#runs) if (run.isDone) this.#runs.delete(uid)
  }
}

/** An object that is gone, as far as its record remembers it: enough to put everything back. */
function remembered({ fault, targets }: UndoRecord): FaultObject {
  const { kind, name, namespace, uid, type } = fault
  return {
    apiVersion: 'seaworthy.dev/v1alpha1',
    kind,
    metadata: { name, uid, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      type,
      parameters: {},
      targets: targets.map((target) => ({ kind: '', name: target.name, uid: target.uid })),
      durationMs: 100,
      active: true,
      seed: 1,
    },
  }
}
