import type { Traffic } from '../model/ports.ts'
import { toRecords } from './to-records.ts'

/** Real users are on the system already; Prometheus alone says how they fare. */
export function createNoTraffic(): Traffic {
  return {
    kind: 'none',
    start: async () => {},
    settle: async () => {},
    records: () =>
      toRecords([], {
        failureKinds: ['ok'],
        timeoutMs: 0,
        problems: [{ code: 'NO_DATA', detail: 'the suite sends no traffic of its own' }],
      }),
    forget: () => {},
    stats: () => ({ requests: 0, lateP99Ms: null, description: 'no traffic of our own' }),
    stop: async () => {},
  }
}
