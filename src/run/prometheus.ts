import type { Platform } from '../model/ports.ts'
import type { Suite } from '../model/suite.ts'

/** Where the suite's Prometheus is; undefined where it has none, or where the platform has not started it yet. */
export function prometheusUrl(suite: Suite, platform: Platform): string | undefined {
  const source = suite.prometheus?.source
  if (!source) return undefined
  return source.kind === 'url' ? source.url : platform.prometheusUrl()
}

/** The token that the suite names by its variable. */
export function tokenOf(suite: Suite, tokens: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = suite.prometheus?.tokenFrom
  return name === undefined ? undefined : tokens[name]
}
