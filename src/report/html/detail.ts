/** How much a page shows; where a run is so large that all of it would make a page that nobody can open, less. */
export interface Detail {
  readonly charts: 'all' | 'not-passed' | 'none'
  /** Experiments, in the order of reports, worst first. */
  readonly mostExperiments: number
}

/** Above this many experiments the charts of passed ones are left out. */
const CHARTS_FOR_ALL_UP_TO = 60
const EVERYTHING: Detail = { charts: 'all', mostExperiments: 1_000 }
const LESS: readonly Detail[] = [
  { charts: 'not-passed', mostExperiments: 1_000 },
  { charts: 'none', mostExperiments: 400 },
  { charts: 'none', mostExperiments: 100 },
  { charts: 'none', mostExperiments: 25 },
]

/** What to try in turn until the page fits. */
export function details(experiments: number): readonly Detail[] {
  return experiments > CHARTS_FOR_ALL_UP_TO ? LESS : [EVERYTHING, ...LESS]
}

/** What was left out, in a sentence; empty where nothing was. */
export function leftOut({ charts, mostExperiments }: Detail, experiments: number): string {
  const which =
    charts === 'all'
      ? ''
      : charts === 'not-passed'
        ? 'Charts of passed experiments are left out; their numbers are here.'
        : 'Charts are left out; the numbers are here.'
  const rest = experiments - mostExperiments
  return `${which}${rest > 0 ? ` ${rest} more experiments are in journal.json.` : ''}`.trim()
}
