import type { Diagnosis, Finding, Section } from '../../model/diagnosis.ts'
import { SECTIONS } from '../../model/diagnosis.ts'
import { padColumns } from '../escape/columns.ts'
import { finish, labelled, terminalName, usableColumns, widest } from '../terminal/layout.ts'
import { plural } from '../words/numbers.ts'

export interface DiagnosisOptions {
  readonly columns: number
  /** Signs in place of words, as a person at a terminal reads them. */
  readonly signs: boolean
  readonly colour: boolean
}

const TITLES: Readonly<Record<Section, string>> = {
  machine: 'This machine',
  suite: 'Suite',
  cluster: 'Cluster',
  namespace: 'Namespace',
  rights: 'Rights',
  engine: 'Engine',
  nodes: 'Nodes',
  prometheus: 'Prometheus',
  leftovers: 'Leftovers',
  github: 'GitHub',
}
const MARKS: Readonly<
  Record<Finding['status'], { readonly sign: string; readonly word: string; readonly colour: string }>
> = {
  ok: { sign: '✓', word: 'ok  ', colour: '32' },
  warning: { sign: '!', word: 'warn', colour: '33' },
  problem: { sign: '✗', word: 'FAIL', colour: '31' },
  skipped: { sign: '–', word: 'skip', colour: '2' },
}
const INDENT = '  '
const WIDEST_NAME = 20

/** What the doctor found, a line each, with what to do below whatever is not right. No trailing newline. */
export function renderDiagnosis(diagnosis: Diagnosis, options: DiagnosisOptions): string {
  const columns = usableColumns(options.columns)
  const nameWidth = widest(
    diagnosis.findings.map(({ what }) => terminalName(what, WIDEST_NAME)),
    WIDEST_NAME,
  )
  const blocks = SECTIONS.flatMap((section) => {
    const findings = diagnosis.findings.filter((finding) => finding.section === section)
    if (findings.length === 0) return []
    const lines = findings.flatMap((finding) => findingLines(finding, nameWidth, columns, options))
    return [[TITLES[section], ...lines].join('\n')]
  })
  return [...blocks, closing(diagnosis)].join('\n\n')
}

function findingLines(
  { what, status, detail, remedy }: Finding,
  nameWidth: number,
  columns: number,
  { signs, colour }: DiagnosisOptions,
): readonly string[] {
  const { sign, word, colour: code } = MARKS[status]
  const mark = signs ? sign : word
  const label = `${mark} ${padColumns(terminalName(what, nameWidth), nameWidth)}  `
  const indent = ' '.repeat(label.length)
  const lines = [
    ...labelled(INDENT, label, detail, columns),
    ...(remedy === null ? [] : labelled(INDENT + indent, '→ ', remedy, columns)),
  ]
  const finished = finish(lines, columns)
  // The one thing that is coloured, once no width is measured any more.
  return colour
    ? finished.map((line, place) => (place === 0 ? line.replace(mark, `\x1b[${code}m${mark}\x1b[0m`) : line))
    : finished
}

function closing({ findings, fit }: Diagnosis): string {
  const counts = (['problem', 'warning'] as const)
    .map((status) => ({ status, count: findings.filter((finding) => finding.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${plural(count, status)}`)
    .join(', ')
  if (!fit) return `Not fit for a run: ${counts}.`
  return counts === '' ? 'Fit for a run.' : `Fit for a run, with ${counts}.`
}
