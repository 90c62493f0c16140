import type { ExperimentVerdict, JudgedExperiment } from '../../judge/facts.ts'
import { judgeSuite } from '../../judge/judge-suite.ts'
import { sha256 } from '../../kit/canonical-json.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Journal, JournalExperiment, JournalShard, Reason } from '../../model/journal.ts'
import { type ChangeFacts, changeOf } from '../journal.ts'
import type { ReadJournal } from '../journals/read-journal.ts'
import { refuseDisagreement } from './agreement.ts'
import { carriedReasons } from './carried-reasons.ts'
import { type ShardJournal, shardJournal } from './shard-journal.ts'
import { unrunExperiment } from './unrun-experiment.ts'

/**
 * One journal of the whole from those of its shards: experiments in the suite's order, judged again over all of them.
 * The same journals give the same bytes, in whatever order they come. Fails closed: a shard without a journal, or with
 * one that cannot be read, makes the whole at best an error that names it.
 * Throws SeaworthyError('INPUT') where the journals are not parts of one whole, or where there is none to begin with.
 */
export function mergeJournals(read: readonly ReadJournal[], change?: ChangeFacts): Journal {
  const { parts, broken } = sort(read)
  const [first] = parts
  if (!first) throw nothingToMerge(broken)
  refuseDisagreement(parts, change)
  const { count } = first.shard
  const missing = Array.from({ length: count }, (_, place) => place + 1).filter(
    (index) => !parts.some(({ shard }) => shard.index === index),
  )
  const journals = parts.map(({ journal }) => journal)
  const leftovers = journals.flatMap((journal) => journal.leftovers)
  const outside = parts.flatMap(({ journal, shard }) => journal.outside.map((what) => `${shardName(shard)}: ${what}`))
  const judged = judgeSuite(
    first.shard.experiments.map((one) => judgedIn(parts, one, count)),
    {
      leftovers,
      outsideChanges: outside,
      cancelled: journals.some(({ reasons, verdict }) => verdict === 'aborted' || reasons.some(isCancelled)),
      onInconclusive: first.journal.run.onInconclusive,
      blocked: [...lost(missing, broken, count), ...carriedReasons(parts)],
    },
  )
  return {
    ...wholeOf(parts, change),
    verdict: judged.verdict,
    summary: judged.summary,
    reasons: [...judged.reasons],
    experiments: judged.experiments.map((experiment) => measuredIn(journals, experiment)),
    outside,
    leftovers,
  }
}

interface Sorted {
  readonly parts: readonly ShardJournal[]
  readonly broken: readonly { readonly file: string; readonly why: string }[]
}

function sort(read: readonly ReadJournal[]): Sorted {
  const parts: ShardJournal[] = []
  const broken: { file: string; why: string }[] = []
  for (const one of read) {
    const part = 'journal' in one ? shardJournal(one.file, one.journal) : one.broken
    if (typeof part === 'string') broken.push({ file: one.file, why: part })
    else parts.push(part)
  }
  return { parts: parts.sort((a, b) => a.shard.index - b.shard.index), broken }
}

function nothingToMerge(broken: Sorted['broken']): SeaworthyError {
  const each = broken.map(({ file, why }) => `\n${file}: ${why}`).join('')
  return new SeaworthyError('INPUT', `there is no journal of a shard to merge${each}`, {
    remedy: 'Every `seaworthy run --shard i/n` writes one into its --report-dir.',
  })
}

function lost(missing: readonly number[], broken: Sorted['broken'], count: number): Reason[] {
  return [
    ...missing.map((index) => `shard ${index} of ${count} has no journal`),
    ...broken.map(({ file, why }) => `${file} cannot be used: ${why}`),
  ].map((detail) => ({ code: 'SHARD_MISSING', detail }))
}

function judgedIn(
  parts: readonly ShardJournal[],
  { name, index, line, shard }: JournalShard['experiments'][number],
  count: number,
): JudgedExperiment {
  const found = parts.flatMap(({ judged }) => judged).find((one) => one.index === index)
  if (found) return found
  const why: Reason = {
    code: 'SHARD_MISSING',
    detail: `it was to run in shard ${shard} of ${count}, which has no journal`,
  }
  return {
    ...unrunExperiment({ name, index, line }),
    verdict: 'error',
    basis: { reasons: [why], attributable: true, searchPValue: null },
  }
}

function measuredIn(journals: readonly Journal[], judged: ExperimentVerdict): JournalExperiment {
  const { name, index, line } = judged
  const measured = journals.flatMap(({ experiments }) => experiments).find((one) => one.index === index)
  return { ...(measured ?? unrunExperiment({ name, index, line })), ...judged }
}

/** What the whole says of itself: what all parts say, and where they differ, all that they say. */
function wholeOf(parts: readonly ShardJournal[], change: ChangeFacts | undefined) {
  const journals = parts.map(({ journal }) => journal)
  // One that did something knows more of the whole than one that had nothing to do.
  const first = journals.find(({ experiments }) => experiments.length > 0) ?? journals[0]
  if (!first) throw new SeaworthyError('INTERNAL', 'a whole without parts')
  const { shard: _, ...whole } = first
  const touched = distinct(journals.flatMap(({ plan }) => plan.touched)).sort()
  return {
    ...whole,
    run: {
      ...first.run,
      id: `r-${sha256(journals.map(({ run }) => run.id).join('\n')).slice(0, 10)}`,
      startedAtMs: Math.min(...journals.map(({ run }) => run.startedAtMs)),
      endedAtMs: Math.max(...journals.map(({ run }) => run.endedAtMs)),
      shard: null,
      machine: together(journals.map(({ run }) => run.machine)),
    },
    change: changeOf(change) ?? first.change,
    platform: {
      ...first.platform,
      detail: together(journals.map(({ platform }) => platform.detail)),
      ...imagesOf(journals),
    },
    plan: {
      ...first.plan,
      touched,
      untouched: distinct(journals.flatMap(({ plan }) => plan.untouched)).filter((one) => !touched.includes(one)),
      warnings: distinct(journals.flatMap(({ plan }) => plan.warnings)),
      // They ran side by side.
      estimateMs: Math.max(...journals.map(({ plan }) => plan.estimateMs)),
    },
    traffic: trafficOf(journals),
    timings: parts.flatMap(timingsOf),
  }
}

/** Each shard may have had a preview of its own, and what ran in any of them was tested. */
function imagesOf(journals: readonly Journal[]): Pick<Journal['platform'], 'images'> {
  const all = journals.flatMap(({ platform }) => platform.images ?? [])
  const byDigest = new Map(all.map((image) => [`${image.name} ${image.digest}`, image]))
  return byDigest.size === 0 ? {} : { images: [...byDigest.values()] }
}

function trafficOf(journals: readonly Journal[]): Journal['traffic'] {
  const sent = journals.map(({ traffic }) => traffic).filter(({ requests }) => requests > 0)
  const late = sent.map(({ lateP99Ms }) => lateP99Ms).filter((ms) => ms !== null)
  return {
    kind: together(sent.map(({ kind }) => kind)) || 'none',
    requests: sent.reduce((sum, { requests }) => sum + requests, 0),
    lateP99Ms: late.length === 0 ? null : Math.max(...late),
    description: together(sent.map(({ description }) => description)) || 'nothing was sent',
  }
}

/** An experiment's time is its own; all else was spent by one shard. */
function timingsOf({ journal, shard }: ShardJournal): Journal['timings'] {
  const names = new Set(journal.experiments.map(({ name }) => name))
  return journal.timings.map(({ phase, ms }) => ({
    phase: names.has(phase) ? phase : `${shardName(shard)}: ${phase}`,
    ms,
  }))
}

function shardName({ index, count }: JournalShard): string {
  return `shard ${index} of ${count}`
}

function isCancelled({ code }: Reason): boolean {
  return code === 'CANCELLED'
}

function together(texts: readonly string[]): string {
  return distinct(texts.filter((text) => text !== '')).join('; ')
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
