import { faultsOf, hasTargets, mechanismOf } from '../../model/faults-of.ts'
import type { Plan, PlannedExperiment } from '../../model/plan.ts'
import type { PolicyRecord } from '../../model/policy.ts'
import { padColumns, padColumnsLeft } from '../escape/columns.ts'
import { escapeTerminal } from '../escape/terminal.ts'
import { finish, labelled, terminalName, usableColumns, widest, wrapParts } from '../terminal/layout.ts'
import { policyLines } from '../terminal/policy.ts'
import { formatAbout } from '../words/durations.ts'
import { shellWord } from '../words/facts.ts'
import { formatTarget } from '../words/need.ts'
import { TERMINAL } from '../words/typography.ts'
import { decidabilityLines } from './decidability-lines.ts'

const WIDE_COLUMNS = 110

export interface PlanOptions {
  readonly columns: number
  /** What the change would loosen, where there is a base to compare with. */
  readonly policy?: PolicyRecord | undefined
  readonly isPullRequest?: boolean
}

/** What a run would do, before anything is touched: what it hurts, by which means, whether that can be judged, and how long it takes. No trailing newline. */
export function renderPlan(plan: Plan, { columns: wanted, policy, isPullRequest = false }: PlanOptions): string {
  const columns = usableColumns(wanted)
  const blocks = [
    headLines(plan, columns),
    blastLines(plan, columns),
    targetLines(plan, columns),
    broughtLines(plan, columns),
    decidabilityLines(plan, columns),
    endLines(plan),
    policyLines(policy, isPullRequest, columns),
    warningLines(plan, columns),
    timeLines(plan, columns),
    closingLines(plan, columns),
  ].filter((block) => block.length > 0)
  const [head = '', ...rest] = blocks.map((block) => finish(block, columns).join('\n'))
  return [head, ...approvalLines(plan, columns), ...rest].join('\n\n')
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

/** Who has to agree first, and what to write: a line to be copied is never cut, and names the plan with all its digits. */
function approvalLines({ approval, sha256 }: Plan, columns: number): string[] {
  if (!approval) return []
  const by = approval.by.map((one) => terminalName(one, 40)).join(', ')
  const first = labelled('', 'Needs approval   ', `of one of ${by}, by a review or a comment with the line`, columns)
  return [[...finish(first, columns), `  /seaworthy approve ${sha256}`].join('\n')]
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
  const mechanisms = [...new Set(faults.flatMap((fault) => mechanismOf(fault) ?? []))].join(', ')
  const more =
    columns >= WIDE_COLUMNS ? [terminalName(mechanisms || '–', 14), targets.map(escapeTerminal).join(' ')] : []
  const start = `${String(index).padStart(3)} ${padColumns(terminalName(name, nameWidth), nameWidth)}  `
  const missing = faults.filter((fault) => !hasTargets(fault))
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

/** What nobody has seen yet: the names above are made from it. */
function broughtLines({ brought = [] }: Plan, columns: number): string[] {
  if (brought.length === 0) return []
  const counts = brought.map(({ workload, replicas }) => `${workload} ${replicas}`).join(', ')
  const words = `${counts}: as the suite says (system.deploy.brings), not as seen. With another number after the deploy command nothing is broken`
  return labelled('', 'Counted   ', words, columns)
}

/** Who ends each fault when nobody asks any more. */
function endLines({ experiments }: Plan): string[] {
  const recipes = experiments
    .flatMap(({ steps }) => faultsOf(steps))
    .flatMap(({ recipe, order }) => recipe?.expires ?? order?.expires ?? [])
  const counts = ENDS.map(({ expires, words }) => ({ words, count: recipes.filter((one) => one === expires).length }))
  const said = counts.filter(({ count }) => count > 0).map(({ words, count }) => `${words} ${count}`)
  return said.length === 0 ? [] : [`Faults end by: ${said.join(', ')}`]
}
const ENDS = [
  { expires: 'kernel', words: 'the kernel' },
  { expires: 'process', words: 'their own process' },
  { expires: 'watchdog', words: 'a watchdog on the node' },
  { expires: 'agent', words: 'the agent' },
  { expires: 'controller', words: 'the controller' },
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
