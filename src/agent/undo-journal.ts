import * as z from 'zod'
import { messageOf } from '../kit/errors.ts'
import type { LedgerEntry, Leftover } from '../model/ledger.ts'
import type { Executor, Ledger } from '../model/ports.ts'
import type { Action } from '../model/recipe.ts'
import { spokenAction } from './resource.ts'

/** Only what an undo may be: a ledger that somebody else wrote into cannot make us start or kill anything. */
const undoActionSchema = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('signal'),
    replica: z.string(),
    signal: z.literal('SIGCONT'),
    graceMs: z.number(),
    // A line of JSON has no undefined members.
    process: z
      .string()
      .optional()
      .transform((process) => process),
  }),
  z.object({ do: z.literal('release'), replica: z.string() }),
  z.object({ do: z.literal('scale'), workload: z.string(), replicas: z.undefined().optional() }),
  z.object({ do: z.literal('remove-link-rule'), id: z.string() }),
  z.object({ do: z.literal('stop-stress'), id: z.string() }),
  z.object({ do: z.literal('close-connections'), id: z.string() }),
])

type FaultEntry = Extract<LedgerEntry, { readonly entry: 'fault' }>

/** Faults that a ledger says were begun and does not say are gone, newest first. */
export function openFaults(entries: readonly LedgerEntry[]): readonly FaultEntry[] {
  const gone = new Set(entries.flatMap((entry) => (entry.entry === 'gone' ? [entry.id] : [])))
  return entries
    .filter((entry) => entry.entry === 'fault' && !gone.has(entry.id))
    .filter((entry) => entry.entry === 'fault')
    .toReversed()
}

/**
 * Undoes what a run that was killed has left on: every open fault of its ledger, newest first, each in reverse order.
 * Idempotent; what could not be undone is returned, and stays open in the ledger.
 */
export async function replayUndo(
  entries: readonly LedgerEntry[],
  executor: Executor,
  ledger: Ledger,
  now: () => number,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = []
  for (const fault of openFaults(entries)) {
    const failed = await undoEntry(fault, executor)
    leftovers.push(...failed)
    if (failed.length === 0) ledger.write({ entry: 'gone', at: now(), id: fault.id })
  }
  return leftovers
}

async function undoEntry(fault: FaultEntry, executor: Executor): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = []
  for (const entry of fault.undo.toReversed()) {
    const parsed = undoActionSchema.safeParse(entry)
    const failure = parsed.success
      ? await failureOf(parsed.data as Action, executor)
      : 'this is not an undo that this version knows'
    if (failure === undefined) continue
    const what = parsed.success ? `${spokenAction(parsed.data as Action)} (${fault.what})` : fault.what
    leftovers.push({ what, why: failure, remedy: 'Run `seaworthy cleanup` again.' })
  }
  return leftovers
}

async function failureOf(action: Action, executor: Executor): Promise<string | undefined> {
  try {
    await executor.run(action)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
