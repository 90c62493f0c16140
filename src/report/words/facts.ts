import type { Journal, JournalExperiment } from '../../model/journal.ts'
import { formatCount, plural } from './numbers.ts'
import type { Typography } from './typography.ts'

/** What a target is called where the run took place. */
export function targetNoun(journal: Pick<Journal, 'platform'>, count: number): string {
  return plural(count, journal.platform.name === 'kubernetes' ? 'pod' : 'replica')
}

/** `All 6 faults had their effect.`: how many faults were shown to do what they were meant to do. */
export function effectSentence({ experiments }: Pick<Journal, 'experiments'>): string {
  const evidence = experiments.flatMap((experiment) => experiment.evidence)
  const proven = evidence.filter(({ status }) => status === 'proven').length
  if (evidence.length === 0) return 'No fault was put on.'
  if (proven < evidence.length)
    return `${proven} of ${evidence.length} faults had ${proven === 1 ? 'its' : 'their'} effect.`
  if (proven === 2) return 'Both faults had their effect.'
  return proven === 1 ? 'The fault had its effect.' : `All ${proven} faults had their effect.`
}

/** `Nothing left behind.`, or how many things are. */
export function leftoverSentence({ leftovers }: Pick<Journal, 'leftovers'>): string {
  if (leftovers.length === 0) return 'Nothing left behind.'
  return `${leftovers.length} ${plural(leftovers.length, 'thing is', 'things are')} left behind.`
}

/** `3 000 requests each`: how many events the windows of the share objectives hold. Undefined where there are none. */
export function requestsEach(experiments: readonly JournalExperiment[], typography: Typography): string | undefined {
  const counts = experiments
    .flatMap(({ objectives }) => objectives)
    .filter(({ unit, fault }) => unit === 'share' && fault !== null && fault.n > 0)
    .flatMap(({ fault }) => (fault === null ? [] : [fault.n]))
  if (counts.length === 0) return undefined
  const least = counts.reduce((one, other) => Math.min(one, other))
  const most = counts.reduce((one, other) => Math.max(one, other))
  const range = least === most ? '' : ` to ${formatCount(most, typography)}`
  return `${formatCount(least, typography)}${range} requests each`
}

/** The command that repeats a run, or one experiment of it, with the same choices. */
export function reproduceCommand(journal: Journal, experiment?: string): string {
  return reproduceParts(journal, experiment).join(' ')
}

/** The same command in parts between which a line may end. */
export function reproduceParts({ suite, run }: Journal, experiment?: string): string[] {
  const only = experiment === undefined ? [] : [`--only ${shellWord(experiment)}`]
  return [`npx seaworthy run --suite ${shellWord(suite.file)}`, ...only, `--seed ${run.seed}`]
}

/** One word for a POSIX shell, whatever the text holds. */
export function shellWord(text: string): string {
  if (/^[\w./:=@%+,-]+$/.test(text) && !text.startsWith('-')) return text
  return /^[\w ./:=@%+,()-]*$/.test(text) && !text.startsWith('-') ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`
}
