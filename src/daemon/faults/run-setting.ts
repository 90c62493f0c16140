import type { Clock } from '../../kit/clock.ts'
import type { BootClock } from '../journal/boot-clock.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeTools } from '../tools.ts'
import type { Semaphore, Turns } from './semaphore.ts'
import type { World } from './world.ts'

/** What all faults of this daemon share. */
export interface RunSetting {
  readonly tools: NodeTools
  readonly journal: Journal
  readonly boot: BootClock
  readonly clock: Clock
  readonly world: World
  /** On the node: a folder for each fault on each target is made in it. */
  readonly folder: string
  readonly cgroupRoot: string
  readonly helperCommand: readonly string[]
  readonly applies: Semaphore
  readonly undos: Semaphore
  readonly looks: Semaphore
  readonly turns: Turns
  /** What went wrong and belongs to no record. */
  readonly onTrouble: (detail: string) => void
}
