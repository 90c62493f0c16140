import type { Inventory } from '../../model/inventory.ts'
import type { Platform } from '../../model/ports.ts'
import type { Suite } from '../../model/suite.ts'
import { requirePlanned } from '../../platform/kubernetes/brought.ts'

/**
 * A platform that is up only with what the plan counted. It looks when the namespace is held: what another run changes in it
 * has ended by then. `up` throws SeaworthyError('PLATFORM') where a deploy command left another number of pods.
 */
export function asPlanned(platform: Platform, suite: Suite, planned: Inventory): Platform {
  return {
    ...platform,
    up: async (signal) => {
      await platform.up(signal)
      requirePlanned(suite, planned, await platform.inventory(suite))
    },
  }
}
