import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'

const hello = fileURLToPath(new URL('./suites/hello.mjs', import.meta.url))

/** A small suite with short windows: two replicas of one service, 100 requests a second. Given keys replace its own. */
export function suiteOf(experiments: readonly object[], changes: Readonly<Record<string, unknown>> = {}): string {
  return stringify({
    apiVersion: 'seaworthy.dev/v1',
    kind: 'Suite',
    metadata: { name: 'hello' },
    system: { services: { web: service() } },
    traffic: users(),
    objectives: [{ name: 'availability', indicator: { traffic: 'success' }, target: '80%' }],
    windows: { warmup: '300ms', baseline: '800ms', fault: '1500ms', recovery: '800ms' },
    limits: { 'blast-radius': { targets: 3, percent: '100%' } },
    experiments,
    ...changes,
  })
}

export function service(changes: Readonly<Record<string, unknown>> = {}): object {
  return { command: `exec node ${hello}`, replicas: 2, ready: { http: { path: '/healthz' } }, ...changes }
}

/** Requests may be late by a tenth of their timeout: programs that start beside them must not keep a run from its verdict. */
export function users(changes: Readonly<Record<string, unknown>> = {}): object {
  return { http: { url: 'http://web/', rate: '100/s', timeout: '3s', expect: { status: 200 }, ...changes } }
}
