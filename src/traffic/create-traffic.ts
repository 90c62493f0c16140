import type { Clock } from '../kit/clock.ts'
import { SeaworthyError } from '../kit/errors.ts'
import type { Emit } from '../model/events.ts'
import type { Traffic } from '../model/ports.ts'
import type { TrafficSpec } from '../model/suite.ts'
import { createHttpTraffic } from './http-traffic.ts'
import { createK6Process } from './k6-process.ts'
import { createK6Traffic } from './k6-traffic.ts'
import { createNoTraffic } from './no-traffic.ts'

export interface TrafficSetting {
  /** The platform's: the address of a service to one that can be reached from here. */
  readonly resolve: (url: string) => string
  readonly seed: number
  readonly clock: Clock
  readonly emit: Emit
  /** A folder of the run's own. */
  readonly workFolder: string
  readonly environment: Readonly<Record<string, string>>
  /** Names of the services, for `TARGET_<NAME>_URL` in the environment of k6. */
  readonly services?: readonly string[]
}

/** Who plays the users. Throws SeaworthyError('TRAFFIC') for a kind that needs a cluster. */
export function createTraffic(spec: TrafficSpec, setting: TrafficSetting): Traffic {
  switch (spec.kind) {
    case 'http':
      return createHttpTraffic(spec, setting)
    case 'k6':
      return createK6Traffic(spec, createK6Process(spec, setting), setting)
    case 'none':
      return createNoTraffic()
    case 'job':
      throw new SeaworthyError('TRAFFIC', 'traffic from a job needs a Kubernetes cluster', {
        target: spec.image,
        remedy: 'Use `traffic.http` or `traffic.k6` on this platform.',
      })
  }
}
