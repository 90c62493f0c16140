import { faultsOf } from '../../model/faults-of.ts'
import type { Plan, PlannedExperiment } from '../../model/plan.ts'
import { padColumns, padColumnsLeft } from '../escape/columns.ts'
import { escapeTerminal } from '../escape/terminal.ts'
import { finish, labelled, terminalName, usableColumns, widest, wrapParts } from '../terminal/layout.ts'
import { formatAbout } from '../words/durations.ts'
import { shellWord } from '../words/facts.ts'
import { formatTarget } from '../words/need.ts'
import { TERMINAL } from '../words/typography.ts'
import { decidabilityLines } from './decidability-lines.ts'

const WIDE_COLUMNS = 110

/** What a run would do, before anything is touched: what it hurts, by which means, whether that can be judged, and how long it takes. No trailing newline. */
export function renderPlan(plan: Plan, { columns: wanted }: { readonly columns: number }): string {
  const columns = usableColumns(wanted)
  const blocks = [
    headLines(plan, columns),
    blastLines(plan, columns),
    targetLines(plan, columns),
    decidabilityLines(plan, columns),
    endLines(plan),
    warningLines(plan, columns),
    timeLines(plan, columns),
    closingLines(plan, columns),
  ].filter((block) => block.length > 0)
  return blocks.map((block) => finish(block, columns).join('\n')).join('\n\n')
}

function headLines({ digest, suite, platform, engine, estimateMs, seed }: Plan, columns: number): string[] {
  const total = estimateMs.reduce((sum, { ms }) => sum + ms, 0)
  const parts = [
    `Plan ${escapeTerminal(digest)}`,
    `suite ${terminalName(suite.name, 30)}`,
    `platform ${platform}`,
    `engine ${terminalName(engine, 30)}`,
    `seed ${seed}`,
    `about ${formatAbout(total, TERMINAL)}`,
  ]
  return wrapParts(parts, columns)
}

/** One row an experiment: which workloads, how many replicas of how many, and what is allowed. */
function blastLines({ experiments }: Plan, columns: number): string[] {
  const wide = columns >= WIDE_COLUMNS
  const nameWidth = widest(
    experiments.map(({ name }) => terminalName(name, 40)),
    wide ? 40 : columns - 42,
  )
  const head = `${padColumns('Blast radius', nameWidth + 6)}${row(['touches', 'of', 'allowed'], wide ? ['by', 'targets'] : [])}`
  return [head, ...experiments.flatMap((experiment) => experimentLines(experiment, nameWidth, columns))]
}

function experimentLines(experiment: PlannedExperiment, nameWidth: number, columns: number): string[] {
  const { index, name, blastRadius, targets } = experiment
  const faults = faultsOf(experiment.steps)
  const workloads = [...new Set(faults.map(({ workload }) => workload))]
    .map((workload) => terminalName(workload, 20))
    .join(', ')
  const allowed = `${blastRadius.allowedTargets}, ${formatTarget(blastRadius.allowedRatio)} %`
  const mechanisms = [
    ...new Set(faults.flatMap(({ recipe }) => (recipe === undefined ? [] : [recipe.mechanism]))),
  ].join(', ')
  const more =
    columns >= WIDE_COLUMNS ? [terminalName(mechanisms || '–', 14), targets.map(escapeTerminal).join(' ')] : []
  const start = `${String(index).padStart(3)} ${padColumns(terminalName(name, nameWidth), nameWidth)}  `
  const missing = faults.filter(({ recipe }) => recipe === undefined)
  return [
    `${start}${row([`${workloads === '' ? 'nothing' : workloads} ${blastRadius.targets}`, String(blastRadius.of), allowed], more)}`,
    ...missing.flatMap(({ description }) =>
      labelled('    ', '✗ ', `nothing matches, so this cannot be judged: ${description}`, columns),
    ),
  ]
}

function row([touches = '', of = '', allowed = '']: readonly string[], [by, targets]: readonly string[]): string {
  const start = `${padColumns(touches, 14)} ${padColumnsLeft(of, 4)}   ${padColumns(allowed, 12)}`
  return by === undefined ? start : `${start}  ${padColumns(by, 14)}  ${targets ?? ''}`
}

function targetLines({ touched, untouched }: Plan, columns: number): string[] {
  return [
    ...labelled('', 'Touches   ', touched.length === 0 ? 'nothing' : touched.join('  '), columns),
    ...labelled('', 'Never     ', untouched.length === 0 ? 'nothing else is there' : untouched.join('  '), columns),
  ]
}

/** Who ends each fault when nobody asks any more. */
function endLines({ experiments }: Plan): string[] {
  const recipes = experiments
    .flatMap(({ steps }) => faultsOf(steps))
    .flatMap(({ recipe }) => (recipe === undefined ? [] : [recipe.expires]))
  const counts = ENDS.map(({ expires, words }) => ({ words, count: recipes.filter((one) => one === expires).length }))
  const said = counts.filter(({ count }) => count > 0).map(({ words, count }) => `${words} ${count}`)
  return said.length === 0 ? [] : [`Faults end by: ${said.join(', ')}`]
}
const ENDS = [
  { expires: 'kernel', words: 'the kernel' },
  { expires: 'agent', words: 'the agent' },
  { expires: 'nothing-to-end', words: 'nothing to end' },
] as const

function warningLines({ warnings }: Plan, columns: number): string[] {
  return warnings.flatMap((warning) => labelled('', '! ', warning, columns))
}

function timeLines({ estimateMs }: Plan, columns: number): string[] {
  const parts = estimateMs.map(({ phase, ms }) => `${formatAbout(ms, TERMINAL)} ${terminalName(phase, 40)}`)
  return wrapParts(parts, columns - 4, ', ').map((line) => `  ${line}`)
}

/** With its seed: another one makes other choices, and so another plan. */
function closingLines({ digest, suite, seed }: Plan, columns: number): string[] {
  const command = [`npx seaworthy run ${shellWord(suite.file)}`, `--seed ${seed}`, `--plan ${digest}`]
  return [
    'Nothing was changed. To run it:',
    ...wrapParts(command.map(escapeTerminal), columns - 4, ' ').map((line) => `  ${line}`),
  ]
}
