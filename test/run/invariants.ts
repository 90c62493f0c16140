import { contradictions } from '../../src/judge/contradictions.ts'
import { recomputeVerdict } from '../../src/judge/recompute.ts'
import { journalSchema } from '../../src/model/journal.ts'
import { VERDICTS } from '../../src/model/verdict.ts'
import { type Told, WINDOW_MS } from '../fakes/world.ts'

/** What must hold of every run, whatever went wrong in it: each promise that this one broke, in words. */
export function brokenPromises(told: Told): readonly string[] {
  return [...order(told), ...ends(told), ...passes(told), ...windows(told), ...record(told)]
}

function* order({ diary, ledger }: Told): Iterable<string> {
  const at = (what: string) => diary.findIndex((entry) => entry.what === what)
  const [release, stop, down] = [at('engine.release'), at('traffic.stop'), at('platform.down')]
  if (release < 0 || stop < 0 || down < 0) yield 'something was never stopped'
  if (release > stop || stop > down) yield 'the preview or the traffic was stopped before the faults'
  for (const { what, fault, cancelled } of diary) {
    if (cancelled && (what === 'engine.inject' || what === 'engine.resume'))
      yield `${what} ${fault} after the cancelling`
  }
  const phases = new Set<string>()
  for (const { what, fault, whole } of diary) {
    if (what !== 'engine.inject' || fault === undefined) continue
    // `e2f1s3` is the third value of a search; faults of one phase may be on together.
    const phase = fault.replace(/f[0-9]+/, '')
    if (!whole && !phases.has(phase)) yield `${fault} was put on top of what was still on`
    phases.add(phase)
  }
  const announced = new Set(ledger.flatMap((entry) => (entry.entry === 'fault' ? [entry.id] : [])))
  for (const { what, fault } of diary.filter((entry) => entry.what.startsWith('do '))) {
    if (announced.size === 0) yield `${what} without any entry in the ledger`
    if (fault !== undefined && ![...announced].some((id) => fault.startsWith(id)))
      yield `${what} ${fault} is not in the ledger`
  }
}

function* ends({ diary, journal, service, happened }: Told): Iterable<string> {
  const injected = diary.filter(({ what }) => what === 'engine.inject').map(({ fault }) => fault)
  const mad = happened.some(({ call }) => call === 'engine.inject')
  for (const id of injected) {
    const asked = diary.filter(({ what, fault }) => what === 'engine.recover' && fault === id).length
    if (asked > 1) yield `${id} was asked to end ${asked} times`
    if (asked === 0 && !mad) yield `${id} was never asked to end`
  }
  const noRelease = happened.some(({ call, how }) => call === 'engine.release' && how !== 'slow' && how !== 'cancel')
  if (!service.whole && !noRelease) yield 'a fault is still in force'
  if (!service.whole && journal.leftovers.length === 0 && journal.verdict === 'pass')
    yield 'a fault that stays is not named'
}

function* passes({ journal }: Told): Iterable<string> {
  if (!VERDICTS.includes(journal.verdict)) yield `the verdict is ${journal.verdict}`
  if (
    journal.verdict !== 'pass' &&
    journal.reasons.length + journal.experiments.flatMap(({ reasons }) => reasons).length === 0
  )
    yield 'it did not pass, and nobody says why'
  const recomputed = recomputeVerdict(journal)
  if (VERDICTS.indexOf(recomputed) > VERDICTS.indexOf(journal.verdict))
    yield `it claims ${journal.verdict}, and who verifies it finds ${recomputed}`
  for (const why of contradictions(journal)) yield `who publishes it would not believe it: ${why}`
  if (journal.verdict !== 'pass') return
  for (const { name, ran, faults, evidence, objectives, windows, search, reasons } of journal.experiments) {
    if (!ran) yield `${name} passed without having run`
    if (reasons.length > 0) yield `${name} passed in spite of ${reasons[0]?.detail}`
    if (evidence.some(({ endedBy }) => endedBy === 'not-ended')) yield `${name} passed with a fault still on`
    if (!windows.baseline || !windows.fault || !windows.recovery) yield `${name} passed without all of its windows`
    const proven = new Set(evidence.flatMap(({ fault, status }) => (status === 'proven' ? [fault] : [])))
    if (!search && faults.some(({ id }) => !proven.has(id))) yield `${name} passed without proof`
    if (search && search.holds === null && search.breaks === null) yield `${name} passed and found nothing`
    if (objectives.some(({ verdict }) => verdict !== 'pass')) yield `${name} passed without all of its objectives`
    if (objectives.some(({ baseline, fault }) => !baseline?.n || !fault?.n)) yield `${name} passed without data`
  }
}

/** One after the other, each as long as planned: the fault's own may be cut short, and never lasts longer than what was slow in it. */
function* windows({ journal, happened }: Told): Iterable<string> {
  const slackMs = 1_500 * (1 + happened.filter(({ how }) => how === 'slow').length)
  const stuck = happened.some(({ how }) => how === 'hang' || how === 'freeze')
  for (const { name, search, windows: seen, aborted, reasons } of journal.experiments) {
    const { baseline, fault, recovery } = seen
    if (baseline && baseline.endMs - baseline.startMs !== WINDOW_MS) yield `${name}: the baseline has a wrong length`
    if (recovery && recovery.endMs - recovery.startMs !== WINDOW_MS) yield `${name}: the recovery has a wrong length`
    if (baseline && fault && baseline.endMs > fault.startMs) yield `${name}: baseline and fault overlap`
    if (fault && recovery && recovery.startMs !== fault.endMs) yield `${name}: recovery does not follow the fault`
    if (!fault) continue
    const ms = fault.endMs - fault.startMs
    if (ms < WINDOW_MS && !aborted && !search && reasons.length === 0) yield `${name}: the fault was too short`
    if (ms > WINDOW_MS + slackMs && !stuck) yield `${name}: the fault took ${ms} ms`
  }
}

function* record({ journal }: Told): Iterable<string> {
  const read = journalSchema.safeParse(journal)
  if (!read.success)
    yield `the journal does not fit its schema: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}`
  const again = journalSchema.safeParse(JSON.parse(JSON.stringify(journal)))
  if (!again.success) yield 'the journal does not survive JSON'
}
