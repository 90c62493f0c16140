import type { TargetStatus } from '../../model/cluster/fault-object.ts'
import type { NodeReading } from '../../model/cluster/reading.ts'
import type { Effect } from '../../model/effect.ts'
import { listed } from './words.ts'

export interface Seen {
  readonly effective: boolean
  readonly seen: string
}

/** The readings of one target: `before` is undefined where it was not looked at before the fault. */
export interface Look {
  readonly before: NodeReading | undefined
  readonly under: NodeReading
  readonly target: TargetStatus
}

/**
 * What all faults in a cluster have in common: a target is injected where its actor says so, and the fault is effective where
 * `look` sees it on every target. A target that was not injected, or not looked at with this probe, shows nothing.
 */
export function clusterEffect(
  targets: readonly TargetStatus[],
  probe: NodeReading['probe'],
  look: (readings: Look) => Seen,
): Effect {
  const looks = targets.map((target) => {
    const { effective, seen } = lookAt(target, probe, look)
    return { effective, seen: `${nameOf(target)}: ${seen}` }
  })
  return {
    injected: targets.map((target) => ({ target: nameOf(target), ok: isInjected(target), detail: wordOf(target) })),
    effective: looks.length > 0 && looks.every(({ effective }) => effective),
    seen: looks.length === 0 ? 'there is no target' : listed(looks.map(({ seen }) => seen)),
  }
}

function lookAt(target: TargetStatus, probe: NodeReading['probe'], look: (readings: Look) => Seen): Seen {
  if (!isInjected(target)) return { effective: false, seen: wordOf(target) }
  const under = readingOf(target.under, probe)
  if (!under) return { effective: false, seen: 'not looked at under the fault' }
  return look({ before: readingOf(target.before, probe), under, target })
}

function readingOf(reading: NodeReading | undefined, probe: NodeReading['probe']): NodeReading | undefined {
  return reading?.probe === probe ? reading : undefined
}

function isInjected({ phase }: TargetStatus): boolean {
  return phase === 'Injected' || phase === 'Recovered'
}

function nameOf({ name, uid }: TargetStatus): string {
  return name ?? uid
}

function wordOf(target: TargetStatus): string {
  const { phase, mechanism, message } = target
  if (isInjected(target)) return mechanism ?? 'injected'
  const word = phase === undefined ? 'nobody reported on it' : phase.toLowerCase()
  return message === undefined ? word : `${word}: ${message}`
}
