import type { RunEvent } from '../../model/events.ts'
import type { Unit } from '../../model/journal.ts'
import type { WindowName } from '../../model/measurement.ts'
import type { Plan, PlannedExperiment, PlannedObjective } from '../../model/plan.ts'
import type { GuardSpec, Need } from '../../model/suite.ts'
import { unitOf } from '../../model/unit-of.ts'
import type { Verdict } from '../../model/verdict.ts'

/** One slice as the charts of a journal know it. */
interface LiveSlice {
  readonly tMs: number
  readonly window: WindowName
  readonly n: number
  readonly bad: number
  readonly value: number | null
}

export interface LiveObjective {
  readonly name: string
  readonly unit: Unit
  readonly need: Need
  readonly slices: readonly LiveSlice[]
}

export interface LiveExperiment {
  readonly index: number
  readonly name: string
  /** What its windows are planned to take. */
  readonly aboutMs: number
  readonly status: 'waiting' | 'running' | 'judged'
  readonly startedAtMs: number
  readonly window: { readonly name: WindowName; readonly startedAtMs: number; readonly ms: number } | undefined
  readonly step: string
  readonly effect: string
  readonly guard: string
  readonly objectives: readonly LiveObjective[]
  readonly verdict: Verdict | undefined
  readonly detail: string
}

/** All that a live view shows, from events alone. */
export interface LiveState {
  readonly run: string
  readonly suite: string
  readonly plan: string
  readonly startedAtMs: number | undefined
  readonly of: number
  readonly phase: string
  readonly experiments: readonly LiveExperiment[]
  readonly guards: readonly GuardSpec[]
  readonly warnings: readonly string[]
  readonly verdict: Verdict | undefined
  readonly summary: string
  readonly leftovers: number
  /** When the last line of a plain log was written, and whether the event just seen deserves one. */
  readonly lastLineAtMs: number
  readonly lineDue: boolean
  /** A group of a plain log is open; the event just seen closes it. */
  readonly groupOpen: boolean
  readonly closesGroup: boolean
}

export interface LiveView {
  readonly initial: LiveState
  readonly reduce: (state: LiveState, event: RunEvent) => LiveState
}

const MOST_WARNINGS = 3
/** Between two lines about a window that lasts. */
const QUIET_MS = 30_000

const INITIAL: LiveState = {
  run: '',
  suite: '',
  plan: '',
  startedAtMs: undefined,
  of: 0,
  phase: '',
  experiments: [],
  guards: [],
  warnings: [],
  verdict: undefined,
  summary: '',
  leftovers: 0,
  lastLineAtMs: 0,
  lineDue: false,
  groupOpen: false,
  closesGroup: false,
}

/** A live view of a run: where it starts, and how each event changes it. Pure; the caller draws `renderLive` of the state when it likes. */
export function createLiveView(): LiveView {
  return { initial: INITIAL, reduce }
}

function reduce(state: LiveState, event: RunEvent): LiveState {
  const startedAtMs = state.startedAtMs ?? event.at
  const lineDue = event.event !== 'slice' || event.at - state.lastLineAtMs >= QUIET_MS
  const ends = event.event === 'experiment.judged' || event.event === 'verdict' || event.event === 'cleaned'
  const closesGroup = state.groupOpen && ends
  const groupOpen = event.event === 'experiment.started' || (state.groupOpen && !closesGroup)
  const lastLineAtMs = lineDue ? event.at : state.lastLineAtMs
  return { ...apply(state, event), startedAtMs, lineDue, lastLineAtMs, closesGroup, groupOpen }
}

function apply(state: LiveState, event: RunEvent): LiveState {
  switch (event.event) {
    case 'run.started':
      return { ...state, run: event.run, suite: event.suite }
    case 'plan.made':
      return withPlan(state, event.plan)
    case 'phase.started':
      return { ...state, phase: event.phase }
    case 'phase.ended':
      return { ...state, phase: state.phase === event.phase ? '' : state.phase }
    case 'verdict':
      return { ...state, verdict: event.verdict, summary: event.summary }
    case 'cleaned':
      return { ...state, leftovers: event.leftovers.length }
    case 'warning':
      return { ...state, warnings: [...state.warnings, event.detail].slice(-MOST_WARNINGS) }
    case 'experiment.started':
      return withExperiment({ ...state, of: event.of }, event.index, (known) => ({
        ...known,
        name: event.name,
        status: 'running',
        startedAtMs: event.at,
      }))
    case 'experiment.judged':
      return withExperiment({ ...state, of: event.of }, event.index, (known) => ({
        ...known,
        name: event.name,
        status: 'judged',
        verdict: event.verdict,
        detail: event.detail,
        objectives: [],
      }))
    default:
      return 'index' in event ? withExperiment(state, event.index, (known) => during(known, event)) : state
  }
}

type DuringEvent = Extract<
  RunEvent,
  {
    event:
      | 'window.started'
      | 'step.started'
      | 'fault.injected'
      | 'fault.proven'
      | 'fault.recovered'
      | 'slice'
      | 'guard.fired'
  }
>

/** What happens inside a running experiment. */
function during(known: LiveExperiment, event: DuringEvent): LiveExperiment {
  switch (event.event) {
    case 'window.started':
      return { ...known, window: { name: event.window, startedAtMs: event.at, ms: event.ms }, step: '' }
    case 'step.started':
    case 'fault.injected':
      return { ...known, step: event.detail }
    case 'fault.proven':
      return { ...known, effect: event.evidence.seen }
    case 'fault.recovered':
      return { ...known, step: '' }
    case 'guard.fired':
      return { ...known, guard: event.objective }
    case 'slice':
      return {
        ...known,
        objectives: event.objectives.reduce((all, seen) => withSlice(all, seen, event), known.objectives),
      }
  }
}

function withSlice(
  objectives: readonly LiveObjective[],
  seen: { readonly name: string; readonly n: number; readonly bad: number; readonly value: number | null },
  { at, window }: { readonly at: number; readonly window: WindowName },
): readonly LiveObjective[] {
  const slice = { tMs: at, window, n: seen.n, bad: seen.bad, value: seen.value }
  return objectives.map((one) => (one.name === seen.name ? { ...one, slices: [...one.slices, slice] } : one))
}

function withPlan(state: LiveState, plan: Plan): LiveState {
  return {
    ...state,
    plan: plan.digest,
    suite: plan.suite.name,
    guards: plan.guards,
    of: plan.experiments.length,
    experiments: plan.experiments.map((experiment) => planned(experiment, plan)),
  }
}

function planned(experiment: PlannedExperiment, { estimateMs }: Plan): LiveExperiment {
  const { baselineMs, faultMs, recoveryMs } = experiment.windows
  const estimated = estimateMs.find(({ phase }) => phase === experiment.name)?.ms
  return {
    ...unknown(experiment.index),
    name: experiment.name,
    aboutMs: estimated ?? baselineMs + faultMs + recoveryMs,
    objectives: experiment.objectives.map(liveObjective),
  }
}

function liveObjective({ name, indicator, need }: PlannedObjective): LiveObjective {
  return { name, unit: unitOf(indicator), need, slices: [] }
}

/** An experiment that no plan announced still gets its line. */
function unknown(index: number): LiveExperiment {
  return {
    index,
    name: '',
    aboutMs: 0,
    status: 'waiting',
    startedAtMs: 0,
    window: undefined,
    step: '',
    effect: '',
    guard: '',
    objectives: [],
    verdict: undefined,
    detail: '',
  }
}

function withExperiment(state: LiveState, index: number, change: (known: LiveExperiment) => LiveExperiment): LiveState {
  const known = state.experiments.some((experiment) => experiment.index === index)
  const experiments = known ? state.experiments : [...state.experiments, unknown(index)]
  return {
    ...state,
    experiments: experiments.map((experiment) => (experiment.index === index ? change(experiment) : experiment)),
  }
}
