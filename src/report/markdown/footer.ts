import type { Journal } from '../../model/journal.ts'
import { codeSpan } from '../escape/markdown.ts'
import { formatAbout } from '../words/durations.ts'
import { RICH } from '../words/typography.ts'
import { name } from './inline.ts'
import { type LinkOptions, link } from './links.ts'

/** Where the numbers come from: links, commits, plan, engine, platform, version, run, time. */
export function footer(journal: Journal, options: LinkOptions): string {
  const { change, run, plan, engine, platform, tool, approval } = journal
  const mode = run.mode === 'enforce' ? [] : [`mode ${run.mode}`]
  const parts = [
    ...(options.reportUrl ? [link('Report', options.reportUrl, options)] : []),
    ...(change?.runUrl ? [link('run', change.runUrl, options)] : []),
    ...(change === null ? [] : [commits(change)]),
    `plan ${codeSpan(plan.digest.slice(0, 12))}`,
    ...(approval === undefined ? [] : [`approved by ${name(approval.by, 40)} (${approval.via})`]),
    `engine ${name(engine)}`,
    platform.detail === '' ? platform.name : name(platform.detail, 80),
    `seaworthy ${name(tool.version, 20)}`,
    codeSpan(run.id.slice(0, 40)),
    ...(run.shard === null ? [] : [`shard ${name(run.shard, 20)}`]),
    ...mode,
    formatAbout(run.endedAtMs - run.startedAtMs, RICH),
  ]
  return `<sub>${parts.join(' · ')}</sub>`
}

function commits({ head, base, branch }: NonNullable<Journal['change']>): string {
  const against =
    base === null ? '' : ` against ${branch === null ? '' : `${name(branch, 40)} `}${codeSpan(base.slice(0, 7))}`
  return `${codeSpan(head.slice(0, 7))}${against}`
}
