import { recomputeExperiment, recomputeVerdict } from '../judge/recompute.ts'
import { canonicalJson } from '../kit/canonical-json.ts'
import { isMapping } from '../kit/is-mapping.ts'
import type { Journal } from '../model/journal.ts'
import { VERDICTS, worstVerdict } from '../model/verdict.ts'
import { predicateOf, type Statement } from './statement.ts'

/** One thing that was asked of a statement and its journal. */
export interface Check {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
}

export interface Claims {
  readonly statement: Statement
  readonly journal: Journal
  /** Of the journal's bytes, in hex. */
  readonly journalSha256: string
}

/** Whether a statement and a journal are about the same run, and the journal claims no more than it shows. Pure. */
export function checkTogether(claims: Claims): readonly Check[] {
  return [checkDigest(claims), checkPredicate(claims), checkSubjects(claims), checkVerdict(claims)]
}

function checkDigest({ statement, journalSha256 }: Claims): Check {
  const claimed = statement.predicate.seaworthyRun.journal.digest.sha256 ?? 'nothing'
  const ok = claimed === journalSha256
  return {
    what: 'the journal is the one that the statement names',
    ok,
    detail: ok ? `sha256 ${journalSha256}` : `the statement names sha256 ${claimed}, and the file has ${journalSha256}`,
  }
}

/** All of the predicate follows from the journal; what somebody added under other names is not ours to judge. */
function checkPredicate({ statement, journal, journalSha256 }: Claims): Check {
  const expected = predicateOf(journal, journalSha256)
  const different = differences(expected, statement.predicate, '')
  const ok = different.length === 0
  return {
    what: 'the statement says what the journal says',
    ok,
    detail: ok ? `result ${expected.result}` : `different: ${different.slice(0, MOST_SHOWN).join('; ')}`,
  }
}
const MOST_SHOWN = 5
const MOST_CHARACTERS = 80

/** Where what is claimed is not what is expected; keys that nobody expects are left alone. */
function differences(expected: unknown, claimed: unknown, path: string): string[] {
  if (isMapping(expected) && isMapping(claimed)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(value, claimed[key], path === '' ? key : `${path}.${key}`),
    )
  }
  const [want, have] = [canonicalJson(expected), canonicalJson(claimed)]
  return want === have ? [] : [`${path} is ${short(have)}, and the journal gives ${short(want)}`]
}

function short(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`
}

/** A statement that is signed by GitHub's action is about files: then the journal itself is the subject. */
function checkSubjects({ statement, journal, journalSha256 }: Claims): Check {
  const known = new Set([
    ...(journal.change ? [`gitCommit:${journal.change.head}`] : []),
    ...(journal.platform.images ?? []).map(({ digest }) => digest),
    `sha256:${journalSha256}`,
  ])
  const strange = statement.subject.filter(
    ({ digest }) => !Object.entries(digest).some(([algorithm, value]) => known.has(`${algorithm}:${value}`)),
  )
  return {
    what: 'every subject is what the run tested, or its journal',
    ok: strange.length === 0,
    detail:
      strange.length === 0
        ? statement.subject.map(({ name, digest }) => `${name ?? ''} ${short(canonicalJson(digest))}`.trim()).join(', ')
        : `not of this run: ${strange.map(({ name, digest }) => `${name ?? 'a subject'} ${short(canonicalJson(digest))}`).join(', ')}`,
  }
}

function checkVerdict({ journal }: Claims): Check {
  const recomputed = recomputeVerdict(journal)
  const overclaimed = journal.experiments.find(
    (experiment) => VERDICTS.indexOf(recomputeExperiment(experiment)) > VERDICTS.indexOf(experiment.verdict),
  )
  const ok = worstVerdict([journal.verdict, recomputed]) === journal.verdict && overclaimed === undefined
  const worst = overclaimed ? ` (${overclaimed.name})` : ''
  return {
    what: 'the journal claims no more than it shows',
    ok,
    detail: ok
      ? `verdict ${journal.verdict}`
      : `it claims ${journal.verdict}, and its own findings give ${recomputed}${worst}`,
  }
}
