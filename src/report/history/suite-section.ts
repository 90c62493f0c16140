import type { ExperimentHistory, History, SuiteHistory } from '../../model/history.ts'
import { VERDICTS } from '../../model/verdict.ts'
import { type Html, html } from '../html/html.ts'
import { code, name, nameText } from '../html/inline.ts'
import { mark, type Shape } from '../html/mark.ts'
import { coordinate } from '../html/scale.ts'
import { formatAbout, utcMinute } from '../words/durations.ts'
import { plural } from '../words/numbers.ts'
import { RICH } from '../words/typography.ts'
import { miniChart } from './mini-chart.ts'
import type { Places } from './places.ts'

const MOST_EXPERIMENTS = 60
const MOST_RUNS_DRAWN = 60
const MOST_RUNS_LISTED = 100
/** With more, only what has news is open. */
const MOST_OPEN = 4

/** One suite: each experiment with the verdicts of its runs and a small chart for each of its numbers. */
export function suiteSection(suite: SuiteHistory, place: number, history: History, places: Places): Html {
  const noteworthy = new Set(history.news.filter((one) => one.suite === place).map(({ experiment }) => experiment))
  const shown = suite.experiments.slice(0, MOST_EXPERIMENTS)
  const left = suite.experiments.length - shown.length
  return html`<div class="hs">${shown.map((one, at) => experimentEntry(one, suite, { id: places.experiment(place, at), open: shown.length <= MOST_OPEN || noteworthy.has(at) }))}${left > 0 && html`<p class="note">${left} more experiments are in <code>seaworthy history --json</code>.</p>`}${runsTable(suite)}</div>`
}

interface Entry {
  readonly id: string
  readonly open: boolean
}

function experimentEntry(experiment: ExperimentHistory, suite: SuiteHistory, { id, open }: Entry): Html {
  const latest = experiment.course.at(-1)
  const shape: Shape = latest?.ran ? latest.verdict : 'off'
  const series = experiment.series.filter(({ points }) =>
    points.some(({ value, low, high }) => (value ?? low ?? high) !== null),
  )
  return html`<details class="exp" id="${id}"${open && html` open`}><summary>${mark(shape, { word: true, instead: experiment.gone ? 'gone' : shape === 'off' ? 'not run' : shape })}<h3 class="en">${name(experiment.name)}</h3><span class="es">${name(experiment.fault)}</span>${courseStrip(experiment)}</summary><div class="body">${series.length === 0 ? html`<p class="nodata">Nothing was measured in any run.</p>` : html`<div class="minis">${series.map((one) => miniChart(one, suite.runs))}</div>`}</div></details>`
}

/** One bar a run: high and full where it did not hold, half where it could not be judged. */
function courseStrip({ name: experiment, course }: ExperimentHistory): Html {
  const shown = course.slice(-MOST_RUNS_DRAWN)
  const step = 100 / Math.max(20, shown.length)
  const first = 100 - step * shown.length
  const bars = shown.map(({ verdict, ran }, place) => {
    const kind = ran ? verdict : 'off'
    const height = kind === 'pass' || kind === 'fail' ? 100 : kind === 'off' ? 25 : 55
    return html`<rect class="${kind}" x="${coordinate(first + place * step)}" width="${coordinate(step * 0.72)}" y="${100 - height}" height="${height}"/>`
  })
  return html`<span class="course"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${courseSentence(experiment, course)}">${bars}</svg></span>`
}

function courseSentence(experiment: string, course: ExperimentHistory['course']): string {
  const counted = VERDICTS.flatMap((verdict) => {
    const count = course.filter((one) => one.ran && one.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  const unrun = course.filter(({ ran }) => !ran).length
  return `${nameText(experiment)}: ${course.length} ${plural(course.length, 'run')}: ${[...counted, ...(unrun > 0 ? [`${unrun} not run`] : [])].join(', ')}.`
}

function runsTable({ name: suite, runs }: SuiteHistory): Html {
  const shown = runs.slice(-MOST_RUNS_LISTED).toReversed()
  const left = runs.length - shown.length
  return html`<details class="exp"><summary><h3 class="en">All runs</h3><span class="es">${runs.length}, latest first</span></summary><div class="body"><div class="scroll" role="region" aria-label="Runs of ${nameText(suite)}" tabindex="0"><table class="plain"><caption class="sr">Runs of ${name(suite)}, latest first</caption><thead><tr><th scope="col">started</th><th scope="col">verdict</th><th scope="col">of</th><th scope="col">said</th><th scope="col" class="r">took</th></tr></thead><tbody>
${shown.map(
  (run) =>
    html`<tr><th scope="row">${utcMinute(run.atMs)}</th><td>${mark(run.verdict, { word: true })}</td><td>${run.commit === null ? 'by hand' : code(run.commit.slice(0, 7))}${run.pullRequest !== null && html` #${run.pullRequest}`}</td><td>${name(run.summary, 120)}</td><td class="r">${formatAbout(run.tookMs, RICH)}</td></tr>`,
)}</tbody></table></div>${left > 0 && html`<p class="note">${left} earlier runs are in <code>seaworthy history --json</code>.</p>`}</div></details>`
}
