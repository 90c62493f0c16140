import { resolve as absolutePath, dirname } from 'node:path'
import { SeaworthyError } from '../kit/errors.ts'
import type { TrafficSpec } from '../model/suite.ts'
import { findK6 } from './find-k6.ts'
import { k6Arguments } from './k6-source.ts'

export type K6Spec = Extract<TrafficSpec, { kind: 'k6' }>

export interface K6Command {
  readonly program: string
  readonly args: readonly string[]
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
}

export interface K6Place {
  readonly resolve: (url: string) => string
  readonly environment: Readonly<Record<string, string>>
  readonly services?: readonly string[]
}

/**
 * How k6 is called. Its script finds each service in `TARGET_<NAME>_URL` (no slash at the end), and in the suite's own
 * `env` a value such as `http://web/` means the service of that name, as everywhere in a suite.
 * Throws SeaworthyError('TRAFFIC') when there is no k6.
 */
export function k6Command(spec: K6Spec, place: K6Place): K6Command {
  const program = findK6(place.environment.PATH)
  if (program === undefined) {
    throw new SeaworthyError('TRAFFIC', 'traffic.k6 needs the program k6, and there is none on the PATH', {
      target: spec.script,
      remedy: 'Install it (grafana.com/docs/k6/latest/set-up/install-k6), or use `traffic.http`.',
    })
  }
  const script = absolutePath(spec.script)
  return {
    program,
    args: k6Arguments('-', script),
    directory: dirname(script),
    env: { ...place.environment, ...targets(place), ...ownEnv(spec, place) },
  }
}

function targets({ resolve, services = [] }: K6Place): Record<string, string> {
  const name = (service: string) => `TARGET_${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`
  return Object.fromEntries(services.map((service) => [name(service), resolve(`http://${service}`).replace(/\/$/, '')]))
}

function ownEnv(spec: K6Spec, { resolve }: K6Place): Record<string, string> {
  const isUrl = (value: string) => /^https?:\/\//.test(value) && URL.canParse(value)
  return Object.fromEntries(
    Object.entries(spec.env).map(([key, value]) => [key, isUrl(value) ? resolve(value) : value]),
  )
}
