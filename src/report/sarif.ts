import type { Journal } from '../model/journal.ts'
import { REASONS, type ReasonCode, type Verdict, verdictOfReason } from '../model/verdict.ts'
import { type Finding, findingSentences, findings, findingTitle, repositoryPath } from './annotations.ts'
import { visibleLine } from './escape/text.ts'
import { isoSeconds } from './words/durations.ts'
import { exitCodeOf, verdictOf } from './words/outcome.ts'
import { REASON_WORDS } from './words/reasons.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/**
 * SARIF 2.1.0 (OASIS, errata 01): one result for each objective that did not hold or could not be judged, at its line of
 * the suite; one rule for each reason.
 */
export function renderSarif(journal: Journal): string {
  const found = findings(journal)
  const codes = REASONS.filter((code) => found.some((finding) => codeOf(finding) === code))
  const log = { $schema: SCHEMA, version: '2.1.0', runs: [runObject(journal, found, codes)] }
  return `${JSON.stringify(log, null, 2)}\n`
}

function runObject(journal: Journal, found: readonly Finding[], codes: readonly ReasonCode[]): object {
  const { tool, run, suite } = journal
  return {
    tool: { driver: { name: 'Seaworthy', version: visibleLine(tool.version), rules: codes.map(ruleObject) } },
    automationDetails: {
      id: `seaworthy/${encodeURIComponent(suite.name.toWellFormed())}/${encodeURIComponent(run.id.toWellFormed())}`,
    },
    invocations: [invocation(journal)],
    results: found.map((finding) => resultObject(journal, finding, codes)),
    columnKind: 'utf16CodeUnits',
  }
}

function invocation(journal: Journal): object {
  const { startedAtMs, endedAtMs } = journal.run
  const times = { startTimeUtc: isoSeconds(startedAtMs), endTimeUtc: isoSeconds(endedAtMs) }
  // RFC 3339 has years of four digits.
  const known = Object.fromEntries(Object.entries(times).filter(([, text]) => /^\d{4}-/.test(text)))
  const worked = !['error', 'aborted'].includes(verdictOf(journal))
  const notifications = [
    ...journal.reasons.map(({ detail }) => detail),
    ...journal.leftovers.map(({ what, why }) => `Left behind: ${what}. ${why}`),
  ]
  return {
    executionSuccessful: worked,
    exitCode: exitCodeOf(journal),
    ...known,
    toolExecutionNotifications: notifications.map((text) => ({
      level: 'error',
      message: messageOf(visibleLine(text) || 'no detail'),
    })),
  }
}

function ruleObject(code: ReasonCode): object {
  const { title, meaning, remedy } = REASON_WORDS[code]
  return {
    id: code,
    name: code
      .split('_')
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join(''),
    shortDescription: { text: `${title.charAt(0).toUpperCase()}${title.slice(1)}.` },
    fullDescription: { text: meaning },
    help: { text: `${meaning} ${remedy}` },
    defaultConfiguration: { level: LEVELS[verdictOfReason(code)] },
  }
}
const LEVELS: Readonly<Record<Verdict, string>> = {
  pass: 'none',
  fail: 'error',
  error: 'error',
  aborted: 'error',
  inconclusive: 'warning',
}

function resultObject({ suite }: Journal, finding: Finding, codes: readonly ReasonCode[]): object {
  const { experiment, objective } = finding
  const code = codeOf(finding)
  const uri = repositoryPath(suite.file)
  const line = Math.max(1, objective?.line ?? experiment.line)
  const location = { artifactLocation: { uri: uriOf(uri ?? 'seaworthy.yaml') }, region: { startLine: line } }
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[objective?.verdict ?? (experiment.ran ? experiment.verdict : 'error')],
    message: messageOf(`${findingTitle(finding)}. ${findingSentences(finding).join(' ')}`),
    locations: [{ physicalLocation: location, logicalLocations: [{ name: findingTitle(finding), kind: 'member' }] }],
    partialFingerprints: {
      'seaworthy/v1': [experiment.name, objective?.name ?? '', code]
        .map((part) => encodeURIComponent(part.toWellFormed()))
        .join('/'),
    },
  }
}

/**
 * A message that says what the text says: braces would be places for arguments (§3.11.5) and are doubled, and what would
 * be a link to wherever a name wants (§3.11.6) is parted, since there is no other way to write it.
 */
function messageOf(text: string): { readonly text: string } {
  return { text: text.replaceAll(/[{}]/g, '$&$&').replaceAll('](', '] (') }
}

/** The reason that led to the verdict; without one, the word for what the verdict means. */
function codeOf({ experiment, objective }: Finding): ReasonCode {
  const verdict = objective?.verdict ?? (experiment.ran ? experiment.verdict : 'error')
  const reasons = objective === undefined ? experiment.reasons : [...objective.reasons, ...experiment.reasons]
  const found = reasons.find(({ code }) => verdictOfReason(code) === verdict) ?? reasons[0]
  return found?.code ?? FALLBACK[verdict]
}
const FALLBACK: Readonly<Record<Verdict, ReasonCode>> = {
  pass: 'INTERNAL',
  fail: 'OBJECTIVE_MISSED',
  inconclusive: 'UNDECIDED',
  error: 'INTERNAL',
  aborted: 'CANCELLED',
}

/** A relative reference: each segment is encoded, so that neither a scheme nor a query can appear. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
