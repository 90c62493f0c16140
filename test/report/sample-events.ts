import type { RunEvent, RunEventBody } from '../../src/model/events.ts'
import type { Journal, JournalExperiment } from '../../src/model/journal.ts'
import { samplePlan } from './sample-plan.ts'

/** The events that a run with this journal would have told, in order. */
export function eventsOf(journal: Journal): RunEvent[] {
  const { run, suite, experiments } = journal
  const at =
    (ms: number) =>
    (body: RunEventBody): RunEvent => ({ at: run.startedAtMs + ms, ...body })
  const start = at(0)
  return [
    start({ event: 'run.started', run: run.id, suite: suite.name }),
    start({ event: 'plan.made', plan: samplePlan({ digest: journal.plan.digest, suite, experiments: [] }) }),
    start({ event: 'phase.started', phase: 'platform up' }),
    at(1_800)({ event: 'service.ready', service: 'web', replicas: 3 }),
    at(2_000)({ event: 'phase.ended', phase: 'platform up', ms: 2_000 }),
    at(9_000)({ event: 'steady', detail: '60 of 60 requests answered as expected' }),
    ...journal.plan.warnings.map((detail) => at(9_000)({ event: 'warning', detail })),
    ...experiments
      .filter(({ ran }) => ran)
      .flatMap((experiment, place) =>
        experimentEvents(experiment, experiments.length, (ms) => at(10_000 + place * 190_000 + ms)),
      ),
    at(run.endedAtMs - run.startedAtMs)({ event: 'verdict', verdict: journal.verdict, summary: journal.summary }),
    at(run.endedAtMs - run.startedAtMs)({ event: 'cleaned', leftovers: journal.leftovers }),
  ]
}

type At = (ms: number) => (body: RunEventBody) => RunEvent

function experimentEvents(experiment: JournalExperiment, of: number, at: At): RunEvent[] {
  const { index, name, verdict, evidence, objectives, faults, reasons } = experiment
  const slices = [0, 31, 59].flatMap((second) =>
    objectives.slice(0, 2).flatMap((objective) => {
      const slice = objective.slices[Math.min(objective.slices.length - 1, second)]
      if (slice === undefined) return []
      const { n, bad, value } = slice
      return [
        at(61_000 + second * 1_000)({
          event: 'slice',
          index,
          window: 'fault',
          objectives: [{ name: objective.name, n, bad, value }],
        }),
      ]
    }),
  )
  return [
    at(0)({ event: 'experiment.started', index, of, name }),
    at(0)({ event: 'window.started', index, window: 'baseline', ms: 60_000 }),
    at(60_000)({ event: 'window.started', index, window: 'fault', ms: 60_000 }),
    ...faults.map((fault) =>
      at(60_000)({ event: 'fault.injected', index, fault: fault.id, detail: fault.description }),
    ),
    ...evidence.map((one) => at(62_000)({ event: 'fault.proven', index, evidence: one })),
    ...slices,
    ...(experiment.aborted === null
      ? []
      : [
          at(74_000)({
            event: 'guard.fired',
            index,
            objective: experiment.aborted.objective,
            below: experiment.aborted.below,
          }),
        ]),
    ...faults.map((fault) => at(121_000)({ event: 'fault.recovered', index, fault: fault.id, by: 'request' })),
    at(121_000)({ event: 'window.started', index, window: 'recovery', ms: 60_000 }),
    at(186_000)({ event: 'experiment.judged', index, of, name, verdict, detail: reasons[0]?.detail ?? '' }),
  ]
}
