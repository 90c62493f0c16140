import type { Journal, JournalExperiment, JudgedObjective } from '../model/journal.ts'
import { visibleLine } from './escape/text.ts'
import { SENTENCE_LENGTH, truncateEnd } from './escape/truncate.ts'
import { objectivesWorstFirst, worstFirst } from './words/order.ts'
import {
  experimentStatement,
  objectiveStatement,
  plainStatement,
  reasonSentence,
  reasonSentences,
  type Statement,
} from './words/statement.ts'
import { PLAIN } from './words/typography.ts'

/** One remark on a line of the suite, as GitHub shows it beside the code. All of it is plain text. */
export interface Annotation {
  /** Path from the root of the repository. */
  readonly path: string
  /** 1-based. */
  readonly line: number
  /** `failure`: it did not hold. `warning`: it could not be judged. */
  readonly level: 'failure' | 'warning'
  readonly title: string
  readonly message: string
}

/** GitHub takes 50 annotations a request. */
const MOST_ANNOTATIONS = 50

/** One annotation for each objective that did not hold or could not be judged, worst first, and how many were left out. */
export function annotate(journal: Journal): { annotations: Annotation[]; left: number } {
  const path = repositoryPath(journal.suite.file)
  const found = findings(journal)
  // GitHub refuses the whole check over one path that it cannot have.
  if (path === undefined) return { annotations: [], left: found.length }
  const annotations = found.slice(0, MOST_ANNOTATIONS).map((finding) => annotationOf(finding, path))
  return { annotations, left: found.length - annotations.length }
}

/** What did not hold or could not be judged: an objective of an experiment, or the experiment itself. */
export interface Finding {
  readonly experiment: JournalExperiment
  readonly objective: JudgedObjective | undefined
}

/** Every finding of a run, worst first. An experiment stands for itself where none of its objectives explains its verdict. */
export function findings({ experiments }: Pick<Journal, 'experiments'>): Finding[] {
  return worstFirst(experiments)
    .filter(({ ran, verdict }) => !ran || verdict !== 'pass')
    .flatMap((experiment) => {
      const bad = objectivesWorstFirst(experiment.objectives).filter(({ verdict }) => verdict !== 'pass')
      const explained = bad.some(({ verdict }) => verdict === experiment.verdict)
      const own: Finding[] = explained ? [] : [{ experiment, objective: undefined }]
      return [...own, ...bad.map((objective) => ({ experiment, objective }))]
    })
}

/** What was measured, why, and what to try, in plain sentences. */
export function findingSentences({ experiment, objective }: Finding): string[] {
  if (!experiment.ran) return [`Not run.`, ...reasonSentences(experiment).map(sentence)]
  const statement =
    objective === undefined ? experimentStatement(experiment, PLAIN) : objectiveStatement(objective, PLAIN)
  const own = objective === undefined ? reasonSentences(experiment) : objective.reasons.map(reasonSentence)
  const explained = experiment.why !== null && objective?.verdict !== 'inconclusive'
  const why = explained ? [experiment.why ?? ''] : own
  const hint = experiment.hint === null ? [] : [`Try: ${experiment.hint.text}`]
  const said = [measuredSentence(statement), ...why, ...hint].map(sentence).filter((text) => text !== '')
  return [...new Set(said)].slice(0, 6)
}

/** The objective's name is in the title already. */
function measuredSentence(statement: Statement): string {
  return statement.measured === '' ? plainStatement(statement) : plainStatement({ ...statement, subject: '' })
}

/** `name: objective`, cut. */
export function findingTitle({ experiment, objective }: Finding): string {
  const names = [experiment.name, ...(objective === undefined ? [] : [objective.name])]
  return names.map((text) => truncateEnd(visibleLine(text)) || '(no name)').join(': ')
}

function annotationOf(finding: Finding, path: string): Annotation {
  const { verdict } = finding.objective ?? finding.experiment
  return {
    path,
    line: Math.max(1, finding.objective?.line ?? finding.experiment.line),
    level: verdict === 'inconclusive' || !finding.experiment.ran ? 'warning' : 'failure',
    title: findingTitle(finding),
    message: findingSentences(finding).join('\n'),
  }
}

function sentence(text: string): string {
  const visible = truncateEnd(visibleLine(text), SENTENCE_LENGTH)
  const upper = visible.charAt(0).toUpperCase() + visible.slice(1)
  return upper === '' || /[.!?…]$/.test(upper) ? upper : `${upper}.`
}

/** The suite's path if it can be one inside the repository; undefined for an absolute path or one that leads out. */
export function repositoryPath(file: string): string | undefined {
  const path = visibleLine(file)
    .replace(/^(?:\.\/)+/, '')
    .replaceAll('\\', '/')
  const inside = path !== '' && !/^(?:\/|[A-Za-z]:)/.test(path) && !path.split('/').includes('..')
  return inside && path.length <= 1_000 ? path : undefined
}
