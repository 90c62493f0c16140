import type { ExpectSpec, HttpRequestSpec, PrometheusSpec, SystemSpec, TrafficSpec } from '../../model/suite.ts'
import type { Path } from '../document/places.ts'
import type { Report } from '../issues/report.ts'
import { suggestion } from '../issues/suggest.ts'
import type { ExpectInput, PrometheusInput, RequestInput, TrafficInput } from '../schema/traffic.ts'

type HttpInput = NonNullable<TrafficInput['http']>

/** Who plays the users. */
export function readTraffic(traffic: TrafficInput, system: SystemSpec | undefined, report: Report): TrafficSpec {
  if (traffic.k6) return readK6(traffic.k6, system, report)
  if (traffic.job) return readJob(traffic.job, report)
  if (!traffic.http) return { kind: 'none' }
  const { http } = traffic
  return {
    kind: 'http',
    ratePerSecond: http.rate,
    timeoutMs: http.timeout,
    keepAlive: http['keep-alive'],
    requests: readRequests(http, system, report),
  }
}

function readK6(k6: NonNullable<TrafficInput['k6']>, system: SystemSpec | undefined, report: Report): TrafficSpec {
  if (k6.image !== undefined && system?.platform === 'process')
    report.onKey(
      ['traffic', 'k6', 'image'],
      'image has no effect on this platform',
      'Remove it: k6 is the one that is on the PATH.',
    )
  return { kind: 'k6', ...k6 }
}

function readJob({ image, command, env, manifest }: NonNullable<TrafficInput['job']>, report: Report): TrafficSpec {
  const written = report.raw(['traffic', 'job']) as object
  for (const key of ['command', 'env'].filter((key) => manifest !== undefined && Object.hasOwn(written, key))) {
    report.onKey(['traffic', 'job', key], `${key} beside manifest has no effect`, 'Write it into the manifest.')
  }
  return { kind: 'job', image, command, env, manifest }
}

const BESIDE_REQUESTS = ['method', 'headers', 'body', 'expect'] as const

function readRequests(http: HttpInput, system: SystemSpec | undefined, report: Report): readonly HttpRequestSpec[] {
  const path = ['traffic', 'http']
  if (http.url !== undefined) return [readRequest({ ...http, url: http.url, weight: 1 }, path, system, report)]
  const written = report.raw(path) as object
  for (const key of BESIDE_REQUESTS.filter((key) => Object.hasOwn(written, key))) {
    report.onKey([...path, key], `${key} beside requests has no effect`, 'Move it into each of the requests.')
  }
  return (http.requests ?? []).map((request, place) =>
    readRequest(request, [...path, 'requests', place], system, report),
  )
}

function readRequest(input: RequestInput, path: Path, system: SystemSpec | undefined, report: Report): HttpRequestSpec {
  checkUrl(input.url, [...path, 'url'], system, report)
  if (input.body !== undefined && (input.method === 'GET' || input.method === 'HEAD')) {
    report.at(
      [...path, 'body'],
      `a ${input.method} request has no body`,
      'Set method: POST (or PUT, PATCH), or remove the body.',
    )
  }
  return {
    url: input.url,
    method: input.method,
    headers: input.headers,
    body: input.body,
    weight: input.weight,
    expect: readExpect(input.expect),
  }
}

export function readExpect({ status, body }: ExpectInput): ExpectSpec {
  return { status: typeof status === 'number' ? [status] : status, body }
}

/** An address that can be read, and whose host is a service where it looks like one. */
export function checkUrl(url: string, path: Path, system: SystemSpec | undefined, report: Report): void {
  if (!URL.canParse(url))
    report.at(path, 'this is not an address that can be read', 'Write it as http://host:port/path.')
  else checkHost(new URL(url).hostname, path, system, report)
}

/** On this machine a bare name is a service; names with dots and localhost are somebody else's. */
export function checkHost(host: string, path: Path, system: SystemSpec | undefined, report: Report): void {
  if (system?.platform !== 'process' || !/^[a-z][-a-z0-9]*$/i.test(host) || host === 'localhost') return
  const names = system.services.map(({ name }) => name)
  if (!names.includes(host)) report.at(path, `there is no service ${host}`, suggestion(host, names, 'services'))
}

export function readPrometheus(prometheus: PrometheusInput, report: Report): PrometheusSpec {
  const { url, service } = prometheus
  if (url !== undefined && !URL.canParse(url))
    report.at(['prometheus', 'url'], 'this is not an address that can be read', 'Write it as http://host:9090.')
  if (prometheus.scrape <= 0)
    report.at(['prometheus', 'scrape'], 'scrape must be longer than nothing', 'Write a time such as 1s.')
  const source =
    url !== undefined
      ? ({ kind: 'url', url } as const)
      : service !== undefined
        ? ({ kind: 'service', service } as const)
        : ({ kind: 'install' } as const)
  return { source, scrapeMs: prometheus.scrape, tokenFrom: prometheus['token-from'] }
}
