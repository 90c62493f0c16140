import { messageOf, SeaworthyError } from '../kit/errors.ts'
import { type Evidence, evidenceSchema } from '../model/evidence.ts'
import { hasTargets } from '../model/faults-of.ts'
import type { PlannedExperiment, PlannedFault, PlannedStep } from '../model/plan.ts'
import type { Injection } from '../model/ports.ts'
import type { CheckResult } from './check-result.ts'
import { runCheck } from './checks.ts'
import { patiently } from './patience.ts'
import { runCommand } from './run-command.ts'
import type { Session } from './session.ts'

/** What is known about the faults of one experiment while they are on and after. */
export interface FaultPhase {
  readonly injections: Injection[]
  readonly evidence: Map<string, Evidence>
  readonly checks: CheckResult[]
  /** Ids of faults that were asked to end: what a look that began before that still says is out of date. */
  readonly ending: Set<string>
  /** Descriptions of faults that may be on although their injection did not succeed. */
  readonly doubtful: Set<string>
}

export function emptyPhase(): FaultPhase {
  return { injections: [], evidence: new Map(), checks: [], ending: new Set(), doubtful: new Set() }
}

/** Does the steps in order; parallel ones at the same time. Every injection is in the phase before the next step starts. */
export async function runSteps(
  session: Session,
  experiment: PlannedExperiment,
  steps: readonly PlannedStep[],
  phase: FaultPhase,
  signal: AbortSignal,
): Promise<void> {
  for (const step of steps) await runStep(session, experiment, step, phase, signal)
}

async function runStep(
  session: Session,
  experiment: PlannedExperiment,
  step: PlannedStep,
  phase: FaultPhase,
  signal: AbortSignal,
): Promise<void> {
  // Parallel ones, too, look each for itself: what one of them set off must keep the others from starting.
  signal.throwIfAborted()
  const say = (detail: string) => session.context.emit({ event: 'step.started', index: experiment.index, detail })
  switch (step.step) {
    case 'fault':
      return inject(session, experiment, step.fault, phase)
    case 'wait':
      say(`waiting ${step.ms} ms`)
      return session.clock.sleep(step.ms, signal)
    case 'pause':
      say(`faults lifted for ${step.ms} ms`)
      return pause(session, phase, step.ms, signal)
    case 'run':
      say(`running ${step.command}`)
      phase.checks.push(await runStepCommand(session, step, signal))
      return
    case 'check':
      phase.checks.push(await runCheck(step.check, session, signal))
      return
    case 'parallel':
      // All of them end before the first error is thrown, so that no step goes on behind the recovery's back.
      return allThenThrow(step.steps.map((inner) => runStep(session, experiment, inner, phase, signal)))
  }
}

async function runStepCommand(
  session: Session,
  { command, image, timeoutMs }: Extract<PlannedStep, { step: 'run' }>,
  signal: AbortSignal,
): Promise<CheckResult> {
  if (image === undefined) return runCommand(session, command, timeoutMs, signal)
  if (!session.cluster) throw new SeaworthyError('PLATFORM', 'a command with an image needs a cluster')
  return session.cluster.run({ command, image, timeoutMs }, signal)
}

async function allThenThrow(running: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(running)
  const failed = ended.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Injects one fault and looks for its effect. A fault without targets matched nothing: it has no injection and no evidence. */
async function inject(
  session: Session,
  experiment: PlannedExperiment,
  fault: PlannedFault,
  phase: FaultPhase,
): Promise<void> {
  if (!hasTargets(fault)) return
  phase.doubtful.add(fault.description)
  const injection = await session.engine.inject(fault)
  if (injection?.fault?.id !== fault.id)
    throw new SeaworthyError('ENGINE', `the engine does not say that it injected ${fault.description}`)
  phase.doubtful.delete(fault.description)
  phase.injections.push(injection)
  session.context.emit({ event: 'fault.injected', index: experiment.index, fault: fault.id, detail: fault.description })
}

/** Asks for the effect of every injected fault; the engine retries while an effect may still come. */
export async function prove(session: Session, experiment: PlannedExperiment, phase: FaultPhase): Promise<void> {
  await Promise.all(
    phase.injections.map(async (injection) => {
      const evidence = checked(injection, await session.engine.evidence(injection))
      if (phase.ending.has(injection.fault.id)) return
      const known = phase.evidence.get(injection.fault.id)
      phase.evidence.set(injection.fault.id, evidence)
      if (evidence.status === 'proven' && known?.status !== 'proven')
        session.context.emit({ event: 'fault.proven', index: experiment.index, evidence })
    }),
  )
}

/** An engine may be somebody else's program: what it says is believed only where it can be read. */
function checked({ fault }: Injection, evidence: unknown): Evidence {
  const read = evidenceSchema.safeParse(evidence)
  if (read.success && read.data.fault === fault.id) return read.data
  throw new SeaworthyError('ENGINE', `the engine gave no readable evidence of ${fault.description}`)
}

/** Ends every fault, last first, and keeps the final evidence. One that cannot be ended does not keep the others from it. */
export async function recoverAll(
  session: Session,
  experiment: PlannedExperiment,
  phase: FaultPhase,
  by: 'request' | 'abort',
): Promise<readonly string[]> {
  const failures: string[] = []
  for (const injection of [...phase.injections].reverse()) {
    phase.ending.add(injection.fault.id)
    try {
      const ended = await patiently(session.clock, 'it', () => session.engine.recover(injection, by))
      phase.evidence.set(injection.fault.id, checked(injection, ended))
      session.context.emit({ event: 'fault.recovered', index: experiment.index, fault: injection.fault.id, by })
    } catch (error) {
      failures.push(`${injection.fault.description} was not ended: ${messageOf(error)}`)
    }
  }
  return failures
}

/** Descriptions of faults that may still be on: injected, perhaps only in part, and not shown to have ended. */
export function unended({ injections, evidence, doubtful }: FaultPhase): readonly string[] {
  const shown = injections
    .filter(({ fault }) => (evidence.get(fault.id)?.endedBy ?? 'not-ended') === 'not-ended')
    .map(({ fault }) => fault.description)
  return [...doubtful, ...shown]
}

async function pause(session: Session, phase: FaultPhase, ms: number, signal: AbortSignal): Promise<void> {
  const paused = [...phase.injections].reverse()
  for (const injection of paused) await session.engine.pause(injection)
  await session.clock.sleep(ms, signal)
  for (const injection of paused.reverse()) {
    signal.throwIfAborted()
    await session.engine.resume(injection)
  }
}
