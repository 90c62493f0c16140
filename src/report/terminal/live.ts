import type { Verdict } from '../../model/verdict.ts'
import { cutColumns, displayWidth, padColumns } from '../escape/columns.ts'
import { escapeTerminal } from '../escape/terminal.ts'
import { formatAbout, formatMs } from '../words/durations.ts'
import { formatTarget } from '../words/need.ts'
import { sparkline } from '../words/sparkline.ts'
import { TERMINAL } from '../words/typography.ts'
import { NOT_RUN, VERDICT_WORDS } from '../words/verdicts.ts'
import { finish, terminalName, usableColumns, widest } from './layout.ts'
import { levelAndNeed } from './live-level.ts'
import type { LiveExperiment, LiveState } from './live-state.ts'

export interface LiveOptions {
  readonly columns: number
  readonly nowMs: number
  /** False where `NO_COLOR` is set or the terminal has none; shapes and words say the same. */
  readonly colour: boolean
}

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const MOST_JUDGED = 8
const MOST_WAITING = 6
const MOST_OBJECTIVES = 5
const WINDOW_WORDS = { baseline: 'before', fault: 'fault', recovery: 'after' } as const
const COLOURS: Readonly<Record<Verdict | 'waiting', string>> = {
  pass: '32',
  fail: '31',
  error: '31',
  aborted: '33',
  inconclusive: '33',
  waiting: '2',
}

interface Line {
  readonly text: string
  /** The one character that is coloured, if any: its place is the second column. */
  readonly tone?: Verdict | 'waiting' | undefined
}

/** The screen of a run that is under way: what was judged, what is happening, what is to come. No line is wider than the columns. */
export function renderLive(state: LiveState, { columns: wanted, nowMs, colour }: LiveOptions): string[] {
  const columns = usableColumns(wanted)
  const nameWidth = widest(
    state.experiments.map(({ name }) => terminalName(name, 60)),
    columns >= 110 ? 40 : 34,
  )
  const lines: Line[] = [
    { text: headLine(state) },
    { text: '' },
    ...judgedLines(state, nameWidth),
    ...state.experiments
      .filter(({ status }) => status === 'running')
      .flatMap((experiment) => runningLines(experiment, state, nameWidth, nowMs)),
    ...phaseLine(state, nowMs),
    ...waitingLines(state, nameWidth),
    ...state.warnings.map((warning) => ({ text: ` ! ${escapeTerminal(warning)}`, tone: 'inconclusive' as const })),
    { text: '' },
    { text: footLine(state, columns, nowMs) },
  ]
  return finish(
    lines.map(({ text }) => text),
    columns,
  ).map((text, place) => painted(text, lines[place]?.tone, colour))
}

function headLine({ suite, run, plan }: LiveState): string {
  const parts = [
    'seaworthy',
    terminalName(suite, 30),
    `run ${terminalName(run, 20)}`,
    ...(plan === '' ? [] : [`plan ${terminalName(plan, 12)}`]),
  ]
  return parts.join('   ')
}

/** The last few; those before them are counted, but what did not hold stays. */
function judgedLines({ experiments }: LiveState, nameWidth: number): Line[] {
  const judged = experiments.filter(({ status }) => status === 'judged')
  const recent = judged.slice(-MOST_JUDGED)
  const older = judged.slice(0, Math.max(0, judged.length - MOST_JUDGED))
  const kept = older.filter(({ verdict }) => verdict !== 'pass').slice(-MOST_JUDGED)
  const hidden = older.length - kept.length
  return [
    ...(hidden > 0 ? [{ text: ` ${VERDICT_WORDS.pass.mark} ${hidden} more judged`, tone: 'waiting' as const }] : []),
    ...[...kept, ...recent].map(({ name, verdict = 'error', detail }) => ({
      text: ` ${VERDICT_WORDS[verdict].mark} ${padColumns(terminalName(name, nameWidth), nameWidth)}   ${escapeTerminal(detail)}`,
      tone: verdict,
    })),
  ]
}

function runningLines(experiment: LiveExperiment, { guards }: LiveState, nameWidth: number, nowMs: number): Line[] {
  const { name, window, step, effect, guard, objectives } = experiment
  const progress = window === undefined ? step : windowProgress(window, nowMs)
  const labels = widest(
    objectives.map((objective) => terminalName(objective.name, 20)),
    20,
  )
  const label = (text: string) => `     ${padColumns(text, Math.max(labels, 6))}  `
  const drawn = objectives.filter(({ slices }) => slices.length > 0).slice(0, MOST_OBJECTIVES)
  return [
    {
      text: ` ${spinner(nowMs)} ${padColumns(terminalName(name, nameWidth), nameWidth)}   ${escapeTerminal(progress)}`,
    },
    ...(step === '' || window === undefined ? [] : [{ text: `${label('step')}${escapeTerminal(step)}` }]),
    ...(effect === '' ? [] : [{ text: `${label('effect')}${escapeTerminal(effect)}` }]),
    ...drawn.map((objective) => ({
      text: `${label(terminalName(objective.name, 20))}${bars(objective)}   ${levelAndNeed(objective)}`,
    })),
    ...guards.map(({ objective, below }) => ({
      text: `${label('abort')}${escapeTerminal(objective)} below ${formatTarget(below)} %: ${guard === objective ? 'crossed, the fault is ended' : 'no sign of it'}`,
    })),
  ]
}

/** Before and under the fault side by side, as long as they last. */
function bars(objective: LiveExperiment['objectives'][number]): string {
  const line = sparkline(objective, 12)
  if (line === undefined) return ''
  return [line.windows.baseline, line.windows.fault, line.windows.recovery].filter((part) => part !== '').join(' ')
}

function windowProgress({ name, startedAtMs, ms }: NonNullable<LiveExperiment['window']>, nowMs: number): string {
  const passed = Math.min(ms, Math.max(0, nowMs - startedAtMs))
  return `${WINDOW_WORDS[name]}, ${Math.floor(passed / 1_000)} of ${formatMs(ms, TERMINAL)}`
}

/** What happens between experiments. */
function phaseLine({ phase, experiments }: LiveState, nowMs: number): Line[] {
  const known = phase === '' || experiments.some(({ name, status }) => status === 'running' || name === phase)
  return known ? [] : [{ text: ` ${spinner(nowMs)} ${terminalName(phase, 60)}` }]
}

function waitingLines({ experiments }: LiveState, nameWidth: number): Line[] {
  const waiting = experiments.filter(({ status }) => status === 'waiting')
  const rest = waiting.slice(MOST_WAITING)
  const restMs = rest.reduce((sum, { aboutMs }) => sum + aboutMs, 0)
  return [
    ...waiting.slice(0, MOST_WAITING).map(({ name, aboutMs }) => ({
      text: ` ${NOT_RUN.mark} ${padColumns(terminalName(name, nameWidth), nameWidth)}   about ${formatAbout(aboutMs, TERMINAL)}`,
      tone: 'waiting' as const,
    })),
    ...(rest.length > 0
      ? [
          {
            text: ` ${NOT_RUN.mark} ${rest.length} more, about ${formatAbout(restMs, TERMINAL)}`,
            tone: 'waiting' as const,
          },
        ]
      : []),
  ]
}

/** `8 min 53 s, about 15 min to go            Ctrl-C ends the fault, then stops` */
function footLine(state: LiveState, columns: number, nowMs: number): string {
  const elapsedMs = Math.max(0, nowMs - (state.startedAtMs ?? nowMs))
  const left = ` ${formatAbout(elapsedMs, TERMINAL)}${remaining(state, nowMs)}`
  const right = 'Ctrl-C ends the fault, then stops'
  if (state.verdict !== undefined)
    return `${left}   ${VERDICT_WORDS[state.verdict].loud}: ${escapeTerminal(state.summary)}`
  const gap = columns - displayWidth(left) - displayWidth(right)
  return gap < 3 ? cutColumns(left, columns) : `${left}${' '.repeat(gap)}${right}`
}

function remaining({ experiments, verdict }: LiveState, nowMs: number): string {
  if (verdict !== undefined || experiments.length === 0) return ''
  const restMs = experiments.reduce((sum, { status, aboutMs, startedAtMs }) => {
    if (status === 'judged') return sum
    return sum + (status === 'waiting' ? aboutMs : Math.max(0, aboutMs - (nowMs - startedAtMs)))
  }, 0)
  return restMs === 0 ? `, almost done` : `, about ${formatAbout(restMs, TERMINAL)} to go`
}

function spinner(nowMs: number): string {
  const frame = Math.floor(Math.max(0, nowMs) / FRAME_MS) % SPINNER.length
  return SPINNER.charAt(frame)
}

/** Colours the mark alone: names and numbers stay readable on every background. */
function painted(text: string, tone: Line['tone'], colour: boolean): string {
  if (!colour || tone === undefined || text.length < 2) return text
  return `${text.charAt(0)}\x1b[${COLOURS[tone]}m${text.charAt(1)}\x1b[0m${text.slice(2)}`
}
