import type { TrafficSpec } from '../model/suite.ts'

/** `GET http://web/checkout at 30/s`, for every report: keys stand in queries, so that these are left out. */
export function describeRequests({ requests, ratePerSecond }: Extract<TrafficSpec, { kind: 'http' }>): string {
  const [only] = requests
  const what =
    requests.length === 1
      ? `${only?.method ?? 'GET'} ${withoutQuery(only?.url ?? '')}`
      : `${requests.length} kinds of requests`
  return `${what} at ${ratePerSecond}/s`
}

function withoutQuery(url: string): string {
  const [address = '', ...query] = url.split('?')
  return query.length === 0 ? address : `${address}?…`
}
