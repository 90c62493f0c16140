import { canonicalJson } from '../../kit/canonical-json.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { shown } from '../../kit/shown.ts'
import type { ChangeFacts } from '../journal.ts'
import type { ShardJournal } from './shard-journal.ts'

/** What must be the same in all parts of one whole. */
const SAME: readonly (readonly [string, (part: ShardJournal) => unknown])[] = [
  ['suites', ({ journal }) => `${journal.suite.name} ${journal.suite.digest}`],
  ['commits', ({ journal }) => commitOf(journal.change)],
  ['plans', ({ journal }) => journal.plan.digest],
  ['policies', ({ journal }) => canonicalJson(journal.policy)],
  ['numbers of shards', ({ shard }) => shard.count],
  ['divisions of the suite', ({ shard }) => canonicalJson(shard.experiments)],
  ['modes', ({ journal }) => journal.run.mode],
  ['meanings of inconclusive', ({ journal }) => journal.run.onInconclusive],
  ['platforms', ({ journal }) => journal.platform.name],
  ['engines', ({ journal }) => journal.engine],
  ['versions', ({ journal }) => journal.tool.version],
]

const REMEDY = 'Merge the journals of one run of one matrix: same suite, same commit, same --seed, each --shard once.'

/**
 * Throws SeaworthyError('INPUT') that names every way in which these are not parts of one whole, each with two files
 * that differ, and every shard that is there twice. `change` is what the host says is gated, where there is one.
 */
export function refuseDisagreement(parts: readonly ShardJournal[], change: ChangeFacts | undefined): void {
  const problems = [...differences(parts), ...doubled(parts), ...foreign(parts, change)]
  if (problems.length > 0) throw new SeaworthyError('INPUT', problems.join('\n'), { remedy: REMEDY })
}

function differences(parts: readonly ShardJournal[]): string[] {
  const [first] = parts
  if (!first) return []
  return SAME.flatMap(([what, of]) => {
    const other = parts.find((part) => of(part) !== of(first))
    return other ? [`different ${what}: ${said(first, of)}, ${said(other, of)}`] : []
  })
}

function said(part: ShardJournal, of: (part: ShardJournal) => unknown): string {
  return `${part.file} has ${shown(of(part))}`
}

function doubled(parts: readonly ShardJournal[]): string[] {
  return parts.flatMap((part, place) => {
    const again = parts.slice(place + 1).find(({ shard }) => shard.index === part.shard.index)
    return again
      ? [`shard ${part.shard.index} of ${part.shard.count} is there twice: ${part.file} and ${again.file}`]
      : []
  })
}

/** Artifacts of another run would give their verdict to this commit. */
function foreign(parts: readonly ShardJournal[], change: ChangeFacts | undefined): string[] {
  if (!change) return []
  const gated = commitOf({ ...change, repository: `${change.owner}/${change.name}` })
  const other = parts.find(({ journal }) => commitOf(journal.change) !== gated)
  if (!other) return []
  return [`different commits: this is ${gated}, ${other.file} has ${shown(commitOf(other.journal.change))}`]
}

function commitOf(
  change: { readonly repository: string; readonly pullRequest: number | null; readonly head: string } | null,
): string {
  if (!change) return 'no commit'
  const pull = change.pullRequest === null ? '' : ` of pull request ${change.pullRequest}`
  return `${change.repository}@${change.head}${pull}`
}
