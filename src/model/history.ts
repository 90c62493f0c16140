import type { Unit } from './journal.ts'
import type { Need } from './suite.ts'
import type { ReasonCode, Verdict } from './verdict.ts'

/**
 * What many journals show together: `seaworthy history --json` prints it, and every page is made from it alone.
 * JSON-serialisable. Times are milliseconds since the epoch; months are of UTC, as `2026-11`.
 */
export interface History {
  readonly version: 1
  /** The month that the page speaks of: the latest with a run unless another was asked for. */
  readonly month: string
  /** Everything of all suites, by month, oldest first; months without a run are there too. */
  readonly months: readonly MonthHistory[]
  readonly suites: readonly SuiteHistory[]
  /** What is different, most urgent first. */
  readonly news: readonly News[]
  /** Files that were left out, and why. */
  readonly left: readonly { readonly file: string; readonly why: string; readonly broken: boolean }[]
}

export interface MonthHistory {
  readonly month: string
  readonly runs: Readonly<Record<Verdict, number>>
  /** Experiments that ran, by verdict. */
  readonly experiments: Readonly<Record<Verdict, number>>
  /** Of the recoveries that were seen; null where there was none. */
  readonly medianRecoveryMs: number | null
  /** Recoveries that were looked for and not seen. */
  readonly unrecovered: number
  readonly leftovers: number
}

export interface SuiteHistory {
  readonly name: string
  readonly repository: string | null
  /** Oldest first. */
  readonly runs: readonly HistoryRun[]
  /** In the order of the latest run, then those that it no longer has. */
  readonly experiments: readonly ExperimentHistory[]
  readonly months: readonly MonthHistory[]
}

export interface HistoryRun {
  readonly id: string
  readonly atMs: number
  readonly verdict: Verdict
  readonly summary: string
  readonly commit: string | null
  readonly branch: string | null
  readonly pullRequest: number | null
  readonly tookMs: number
}

export interface ExperimentHistory {
  readonly name: string
  /** Of the latest run that has it. */
  readonly fault: string
  /** One entry a run that has it; `run` counts from 0 in the suite's runs. */
  readonly course: readonly { readonly run: number; readonly verdict: Verdict; readonly ran: boolean }[]
  readonly series: readonly Series[]
  readonly flakiness: Flakiness
  /** Not in the latest run. */
  readonly gone: boolean
}

/** One number over time. */
export interface Series {
  readonly kind: 'objective' | 'threshold' | 'recovery'
  /** Of the objective, or of the searched parameter. */
  readonly name: string
  readonly means: string
  readonly unit: Unit | 'ratio' | 'bytes-per-second' | 'count'
  /** What is needed now, and on which side of it is good; null where nothing is. */
  readonly need: Need | null
  readonly goodSide: 'high' | 'low'
  readonly points: readonly Point[]
  readonly change: Change
}

export interface Point {
  readonly run: number
  /** Null: nothing was measured, or it lies beyond what could be. */
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly verdict: Verdict
  /** False: the fault was another then, so that the number says nothing about those after it. */
  readonly comparable: boolean
}

/** Whether the latest numbers differ from those before them, by a rule that is told in the docs. */
export interface Change {
  readonly is: 'worse' | 'better' | 'same' | 'too-few'
  /** How many were compared. */
  readonly before: { readonly n: number; readonly median: number | null }
  readonly lately: { readonly n: number; readonly median: number | null }
  /** Of `it is no worse` (or no better), after Holm's correction over the series of the suite; null where there was no test. */
  readonly pValue: number | null
}

export interface Flakiness {
  readonly judged: number
  /** Commits that were judged more than once, and those of them with both a pass and a fail. */
  readonly sameCommit: { readonly repeated: number; readonly differed: number }
  /** Neighbouring runs that were both a pass or a fail, and those of them that differed. */
  readonly neighbours: { readonly pairs: number; readonly differed: number }
  readonly inconclusive: {
    readonly count: number
    readonly reasons: readonly { readonly code: ReasonCode; readonly count: number }[]
  }
  /** Both a pass and a fail on one commit, or back and forth between neighbours at least twice. */
  readonly flaky: boolean
}

export interface News {
  readonly is: 'broke' | 'worse' | 'flaky' | 'new' | 'gone' | 'mended' | 'better'
  /** Places in the lists of suites, and of the suite's experiments. */
  readonly suite: number
  readonly experiment: number
  /** For `worse` and `better`: place of the series in the experiment. */
  readonly series: number | null
  /** The run since which it is so; for what is counted over many runs, the latest. */
  readonly run: number
}
