import { validateHeaderName, validateHeaderValue } from 'node:http'
import { SeaworthyError } from '../../../kit/errors.ts'
import type { LinkRule } from '../../../model/recipe.ts'

/** Throws SeaworthyError('ENGINE') for a rule that could not be carried out as it is written. */
export function checkRule(id: string, rule: LinkRule): void {
  const wrong = whatIsWrong(rule)
  if (wrong === undefined) return
  throw new SeaworthyError('ENGINE', `the link rule ${id} cannot be set: ${wrong}`, {
    target: id,
    remedy: 'Correct the parameters of the fault.',
  })
}

function whatIsWrong(rule: LinkRule): string | undefined {
  switch (rule.rule) {
    case 'partition':
      return undefined
    case 'delay':
      return notMs('latency', rule.latencyMs) ?? notMs('jitter', rule.jitterMs)
    case 'bandwidth':
      return rule.bytesPerSecond > 0 && Number.isFinite(rule.bytesPerSecond)
        ? undefined
        : `${rule.bytesPerSecond} is no bandwidth`
    case 'http-abort':
      return notStatus(rule.status) ?? notRatio(rule.match.share)
    case 'http-delay':
      return notMs('delay', rule.delayMs) ?? notMs('jitter', rule.jitterMs) ?? notRatio(rule.match.share)
    case 'http-replace':
      return notStatus(rule.status) ?? notHeaders(rule.headers) ?? notRatio(rule.match.share)
  }
}

function notMs(what: string, ms: number): string | undefined {
  return ms >= 0 && Number.isFinite(ms) ? undefined : `${ms} ms is no ${what}`
}

function notRatio(share: number): string | undefined {
  return share >= 0 && share <= 1 ? undefined : `${share} is no share`
}

/** Interim answers would leave the consumer waiting for the real one. */
function notStatus(status: number | undefined): string | undefined {
  if (status === undefined || (Number.isInteger(status) && status >= 200 && status <= 599)) return undefined
  return `${status} is no final HTTP status`
}

function notHeaders(headers: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      return `${JSON.stringify(name)} is no valid header`
    }
  }
  return undefined
}
