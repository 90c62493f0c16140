import type { Identity } from '../../../kit/process-identity.ts'
import type { Ledger } from '../../../model/ports.ts'

/** How a started command ended, or why it could not be started; exactly one of the three is set. */
export interface ChildEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly notStarted: string | undefined
}

export interface Child {
  readonly id: string
  readonly identity: Identity
  /** Resolves when it and everything that it left behind has ended. */
  readonly ended: Promise<ChildEnd>
  /** Resolves when the watched text was in its output; never, when it never was. */
  readonly sawLine: Promise<void>
}

interface Entry {
  readonly started: PromiseWithResolvers<Child | ChildEnd>
  readonly ended: PromiseWithResolvers<ChildEnd>
  readonly line: PromiseWithResolvers<void>
  identity: Identity | undefined
}

/** Who was asked for and has not ended, each in the ledger before it starts, with its identity after, and when it is gone. */
export interface Roll {
  /** The child, or its end where it could not be started. */
  readonly add: (id: string) => Promise<Child | ChildEnd>
  readonly started: (id: string, identity: Identity) => void
  readonly sawLine: (id: string) => void
  readonly ended: (id: string, end: ChildEnd) => void
  readonly allEnded: (why: string) => void
  readonly identities: () => readonly Identity[]
}

export function createRoll(ledger: Ledger, now: () => number): Roll {
  const entries = new Map<string, Entry>()
  const ended = (id: string, end: ChildEnd) => {
    const entry = entries.get(id)
    if (!entry) return
    entries.delete(id)
    ledger.write({ entry: 'gone', at: now(), id })
    entry.started.resolve(end)
    entry.ended.resolve(end)
  }
  return {
    add: (id) => {
      ledger.write({ entry: 'process', at: now(), id, what: id, identity: undefined })
      const entry: Entry = {
        started: Promise.withResolvers(),
        ended: Promise.withResolvers(),
        line: Promise.withResolvers(),
        identity: undefined,
      }
      entries.set(id, entry)
      return entry.started.promise
    },
    started: (id, identity) => {
      const entry = entries.get(id)
      if (!entry) return
      entry.identity = identity
      ledger.write({ entry: 'process', at: now(), id, what: id, identity })
      entry.started.resolve({ id, identity, ended: entry.ended.promise, sawLine: entry.line.promise })
    },
    sawLine: (id) => entries.get(id)?.line.resolve(),
    ended,
    allEnded: (why) => {
      for (const id of [...entries.keys()]) ended(id, notStarted(why))
    },
    identities: () => [...entries.values()].flatMap(({ identity }) => (identity ? [identity] : [])),
  }
}

export function notStarted(why: string): ChildEnd {
  return { exitCode: undefined, signal: undefined, notStarted: why }
}

/** `exit code 1`, `SIGKILL`, or why it could not be started. */
export function describeEnd({ exitCode, signal, notStarted }: ChildEnd): string {
  return notStarted ?? signal ?? `exit code ${exitCode}`
}
