import type { RunEvent } from '../../model/events.ts'
import { commandData, escapeTerminal, withoutCommands } from '../escape/terminal.ts'
import { formatAbout, formatElapsed, formatMs } from '../words/durations.ts'
import { formatTarget } from '../words/need.ts'
import { plural } from '../words/numbers.ts'
import { TERMINAL } from '../words/typography.ts'
import { VERDICT_WORDS } from '../words/verdicts.ts'
import { terminalName } from './layout.ts'
import { levelSoFar } from './live-level.ts'
import type { LiveState } from './live-state.ts'

export interface PlainOptions {
  /** Folds each experiment into a group of the GitHub log; its verdict stays outside, where it is seen. */
  readonly groups?: boolean
}

const NAME_COLUMNS = 60
const DETAIL_COLUMNS = 300
const WINDOW_WORDS = { baseline: 'before', fault: 'fault', recovery: 'after' } as const
const RECOVERED_WORDS = {
  request: 'fault off',
  deadline: 'fault ended by its own deadline',
  abort: 'fault ended by the guard',
} as const

/**
 * An event as lines of a log without escape codes: one line for most, none for what repeats. `state` is the live view's
 * state after the event. No text from a suite or a service can become a command of the runner.
 */
export function plainLines(event: RunEvent, state: LiveState, { groups = false }: PlainOptions = {}): string[] {
  const time = formatElapsed(event.at - (state.startedAtMs ?? event.at))
  const lines = sentences(event, state).map((text) => withoutCommands(`${time} ${text}`))
  if (!groups) return lines
  if (event.event === 'experiment.started')
    return [`::group::${commandData(`${event.index}/${event.of} ${terminalName(event.name, NAME_COLUMNS)}`)}`, ...lines]
  return state.closesGroup ? ['::endgroup::', ...lines] : lines
}

function sentences(event: RunEvent, state: LiveState): string[] {
  switch (event.event) {
    case 'run.started':
      return [`run ${name(event.run)} of suite ${name(event.suite)}`]
    case 'plan.made':
      return [planSentence(event.plan)]
    case 'phase.started':
      return []
    case 'phase.ended':
      return state.experiments.some((experiment) => experiment.name === event.phase)
        ? []
        : [`${name(event.phase)} took ${formatMs(event.ms, TERMINAL)}`]
    case 'service.ready':
      return [`${name(event.service)} is ready, ${event.replicas} ${plural(event.replicas, 'replica')}`]
    case 'replica.ready':
      return [`${name(event.replica)} is ready`]
    case 'replica.exited':
      return [`${name(event.replica)} ended${event.expected ? '' : ' unexpectedly'}: ${detail(event.how)}`]
    case 'steady':
      return [`steady: ${detail(event.detail)}`]
    case 'verdict':
      return [`${VERDICT_WORDS[event.verdict].loud}: ${detail(event.summary)}`]
    case 'cleaned':
      return event.leftovers.length === 0
        ? ['clean: nothing left behind']
        : event.leftovers.map(
            ({ what, why, remedy }) => `left behind: ${detail(what)} (${detail(why)}). To remove it: ${detail(remedy)}`,
          )
    case 'warning':
      return [`warning: ${detail(event.detail)}`]
    default:
      return experimentSentences(event, state).map((text) => `${place(event.index, state)}: ${text}`)
  }
}

type ExperimentEvent = Extract<RunEvent, { index: number }>

function experimentSentences(event: ExperimentEvent, state: LiveState): string[] {
  switch (event.event) {
    case 'experiment.started':
      return []
    case 'window.started':
      return [`${WINDOW_WORDS[event.window]}, ${formatMs(event.ms, TERMINAL)}`]
    case 'step.started':
      return [detail(event.detail)]
    case 'fault.injected':
      return [`fault on, ${detail(event.detail)}`]
    case 'fault.proven':
      return [`effect seen, ${detail(event.evidence.seen)}`]
    case 'fault.recovered':
      return [RECOVERED_WORDS[event.by]]
    case 'slice':
      return state.lineDue ? sliceSentence(event, state) : []
    case 'guard.fired':
      return [`${name(event.objective)} is below ${formatTarget(event.below)} %, so the fault is ended`]
    case 'experiment.judged':
      return [`${VERDICT_WORDS[event.verdict].loud}${event.detail.trim() === '' ? '' : `, ${detail(event.detail)}`}`]
  }
}

/** `fault, 34 of 60 s: availability 97.2 %` */
function sliceSentence(event: Extract<RunEvent, { event: 'slice' }>, state: LiveState): string[] {
  const experiment = state.experiments.find(({ index }) => index === event.index)
  const window = experiment?.window
  if (experiment === undefined || window === undefined) return []
  const seen = experiment.objectives
    .map((objective) => ({ name: name(objective.name), level: levelSoFar(objective) }))
    .filter(({ level }) => level !== '')
  const passed = Math.floor(Math.max(0, event.at - window.startedAtMs) / 1_000)
  const levels = seen
    .slice(0, 4)
    .map((one) => `${one.name} ${one.level}`)
    .join(', ')
  return [
    `${WINDOW_WORDS[window.name]}, ${passed} of ${formatMs(window.ms, TERMINAL)}${levels === '' ? '' : `: ${levels}`}`,
  ]
}

function planSentence(plan: Extract<RunEvent, { event: 'plan.made' }>['plan']): string {
  const [experiments, targets] = [plan.experiments.length, plan.touched.length]
  const ms = plan.estimateMs.reduce((sum, phase) => sum + phase.ms, 0)
  return `plan ${name(plan.digest)}: ${experiments} ${plural(experiments, 'experiment')}, ${targets} ${plural(targets, 'target')}, about ${formatAbout(ms, TERMINAL)}`
}

/** `2/6 api cannot reach the cache` */
function place(index: number, { experiments, of }: LiveState): string {
  return `${index}/${of} ${name(experiments.find((experiment) => experiment.index === index)?.name ?? '')}`
}

function name(text: string): string {
  return terminalName(text, NAME_COLUMNS)
}

function detail(text: string): string {
  const visible = escapeTerminal(text)
  return visible.length <= DETAIL_COLUMNS ? visible : terminalName(text, DETAIL_COLUMNS)
}
