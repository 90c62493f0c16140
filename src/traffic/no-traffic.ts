import type { Traffic } from '../model/ports.ts'

/** Real users are on the system already; Prometheus alone says how they fare. */
export function createNoTraffic(): Traffic {
  return {
    kind: 'none',
    start: async () => {},
    settle: async () => {},
    records: () => ({
      length: 0,
      dueMs: new Float64Array(),
      latencyMs: new Float64Array(),
      ok: new Uint8Array(),
      failure: new Uint8Array(),
      failureKinds: ['ok'],
      timeoutMs: 0,
      problems: [{ code: 'NO_DATA', detail: 'the suite sends no traffic of its own' }],
    }),
    forget: () => {},
    stats: () => ({ requests: 0, lateP99Ms: null, description: 'no traffic of our own' }),
    stop: async () => {},
  }
}
