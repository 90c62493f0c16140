import type { JournalExperiment, Recovery } from '../../model/journal.ts'
import { formatMs } from '../words/durations.ts'
import { recoveryCell } from '../words/recovery.ts'
import { RICH } from '../words/typography.ts'
import type { Anchors } from './anchors.ts'
import { type Html, html } from './html.ts'
import { name, nameText } from './inline.ts'
import { mark } from './mark.ts'
import { coordinate, linearScale, position, type Scale } from './scale.ts'

interface Recovered {
  readonly experiment: JournalExperiment
  readonly recovery: Recovery
}

/** How long each experiment took to come back: certain, striped where it happened, tick at the limit. Undefined where none was measured. */
export function recoveryBars(
  experiments: readonly JournalExperiment[],
  anchors: Anchors,
  mostRows: number,
): Html | undefined {
  const measured = experiments.flatMap((experiment): Recovered[] =>
    experiment.recovery === null ? [] : [{ experiment, recovery: experiment.recovery }],
  )
  if (measured.length === 0) return undefined
  const shown = measured.slice(0, mostRows)
  const times = shown.flatMap(({ recovery: { lowMs, highMs, limitMs } }) => [
    lowMs / 1_000,
    (highMs ?? lowMs * 1.1) / 1_000,
    (limitMs ?? 0) / 1_000,
  ])
  const scale = linearScale(times, 5)
  return html`<ul class="bars">${shown.map((one) => bar(one, scale, anchors))}</ul>
<div class="bar bx" aria-hidden="true"><span></span><div class="bp">${scale.ticks.map((tick) => html`<span style="left:${coordinate(position(scale, tick))}%">${tick === 0 ? '0' : formatMs(tick * 1_000, RICH)}</span>`)}</div><span></span></div>`
}

function bar({ experiment, recovery }: Recovered, scale: Scale, anchors: Anchors): Html {
  const { lowMs, highMs, limitMs, verdict } = recovery
  const at = (ms: number) => position(scale, ms / 1_000)
  const end = highMs === null ? 100 : at(highMs)
  return html`<li class="bar"><span class="bl">${mark(verdict)}<a href="#${anchors.get(experiment) ?? ''}">${name(experiment.name)}</a></span><div class="bp" role="img" aria-label="${barSentence(experiment, recovery)}"><i class="sure" style="width:${coordinate(at(lowMs))}%"></i><i class="maybe${highMs === null && ' open'}" style="left:${coordinate(at(lowMs))}%;width:${coordinate(end - at(lowMs))}%"></i>${limitMs !== null && html`<i class="lim" style="left:${coordinate(at(limitMs))}%"></i>`}</div><span class="bn"><b>${recoveryCell(recovery, RICH)}</b></span></li>`
}

function barSentence({ name: experiment }: JournalExperiment, { lowMs, highMs, limitMs, objective }: Recovery): string {
  const limit = limitMs === null ? 'no limit' : `limit ${formatMs(limitMs, RICH)}`
  const when =
    highMs === null
      ? `not recovered after ${formatMs(lowMs, RICH)}`
      : `recovered after ${formatMs(lowMs, RICH)} to ${formatMs(highMs, RICH)}`
  return `${nameText(experiment)}: ${when}, ${limit}${objective === null ? '' : `; last to come back was ${nameText(objective)}`}.`
}
