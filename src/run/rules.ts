import { messageOf } from '../kit/errors.ts'
import type { RunEvent } from '../model/events.ts'
import type { PlannedExperiment, PlannedRule } from '../model/plan.ts'
import type { Session } from './session.ts'

/** Watches for what an experiment's rules name, and does what they say. */
export interface RuleWatch {
  /** Takes no notice of anything new, and resolves when what was begun has ended. Throws what a step threw. */
  readonly end: () => Promise<void>
}

/**
 * Each rule acts as often as it may, one after the other; rules do not wait for each other. A rule whose event never came
 * has nothing to remedy. What its steps find is told to the experiment as any other check.
 */
export function watchRules(
  session: Session,
  experiment: PlannedExperiment,
  act: (rule: PlannedRule) => Promise<void>,
): RuleWatch {
  let watching = true
  const left = new Map(experiment.rules.map((rule) => [rule, rule.times]))
  const turns = new Map<PlannedRule, Promise<void>>()
  const failures: unknown[] = []
  if (experiment.rules.length > 0) session.listen((event) => watching && notice(event))
  const notice = (event: RunEvent) => {
    for (const rule of experiment.rules) {
      const more = left.get(rule) ?? 0
      if (more === 0 || !matches(rule, event, session, experiment)) continue
      left.set(rule, more - 1)
      session.context.emit({ event: 'step.started', index: experiment.index, detail: `rule: ${rule.event}` })
      const before = turns.get(rule) ?? Promise.resolve()
      turns.set(
        rule,
        before
          .then(() => act(rule))
          .catch((error: unknown) => {
            failures.push(error)
            session.context.emit({ event: 'warning', detail: `the rule on ${rule.event} failed: ${messageOf(error)}` })
          }),
      )
    }
  }
  return {
    end: async () => {
      watching = false
      await Promise.all(turns.values())
      if (failures.length > 0) throw failures[0]
    },
  }
}

function matches(
  { event: wanted, workload }: PlannedRule,
  event: RunEvent,
  session: Session,
  experiment: PlannedExperiment,
): boolean {
  switch (wanted) {
    case 'fault-injected':
    case 'fault-proven':
      return event.event === wanted.replace('-', '.') && 'index' in event && event.index === experiment.index
    case 'replica-exited':
    case 'replica-ready':
      if (event.event !== 'replica.exited' && event.event !== 'replica.ready') return false
      if (event.event !== wanted.replace('-', '.')) return false
      return workload === undefined || replicasOf(session, workload).includes(event.replica)
  }
}

function replicasOf({ inventory }: Session, workload: string): readonly string[] {
  return inventory.workloads.find(({ name }) => name === workload)?.replicas ?? []
}
