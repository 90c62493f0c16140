import type { Clock } from '../../kit/clock.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { plainWords, readStatus } from '../../kube/server-words.ts'
import type { Finding } from '../../model/diagnosis.ts'
import type { PrometheusSpec } from '../../model/suite.ts'
import { openServiceProxy } from '../../observe/cluster/service-proxy.ts'
import { checkPrometheus } from '../../observe/prometheus/check-prometheus.ts'
import { pathOfService } from '../cluster/cluster-prometheus.ts'
import { notesOf, shownUrl } from './finding.ts'

const notes = notesOf('prometheus')
const PATIENCE_MS = 5_000
const BUILD_INFO = '/api/v1/status/buildinfo'
const REMEDY = 'A run would stop before it breaks anything. Start it, or correct `prometheus` in the suite.'

export interface PrometheusLook {
  readonly spec: PrometheusSpec
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Undefined where no cluster answers, or none is there. */
  readonly client: KubeClient | undefined
}

/** Whether the suite's Prometheus answers, and tells our time. Asks for its version and its time alone. */
export async function prometheusFindings(look: PrometheusLook): Promise<readonly Finding[]> {
  const { spec, environment } = look
  const { tokenFrom } = spec
  const hasToken = tokenFrom === undefined || Boolean(environment[tokenFrom])
  return [
    ...(hasToken
      ? []
      : [
          notes.warning(
            'token',
            `the suite takes it from ${tokenFrom}, and that variable is not set here`,
            `Set ${tokenFrom}.`,
          ),
        ]),
    ...(await answers(look)),
  ]
}

async function answers(look: PrometheusLook): Promise<readonly Finding[]> {
  const { source } = look.spec
  if (source.kind === 'install') return [notes.ok('Prometheus', 'the run brings its own')]
  if (source.kind === 'url') return asked(look, source.url, shownUrl(source.url))
  if (!look.client) return [notes.skipped('Prometheus', `${source.service} is in the cluster, which does not answer`)]
  const path = pathOfService(source.service)
  const words = await serverWords(look.client, path)
  if (words !== undefined) return [notes.problem('Prometheus', `${source.service}: ${words}`, REMEDY)]
  const proxy = await openServiceProxy(look.client, path)
  try {
    return await asked(look, proxy.url, `${source.service}, through the API server`)
  } finally {
    await proxy.close()
  }
}

/** What the API server says in its own name, where no Service or nobody behind it is there to be asked. */
async function serverWords(client: KubeClient, path: string): Promise<string | undefined> {
  const answer = await client.raw({ method: 'GET', path: `${path}${BUILD_INFO}`, timeoutMs: PATIENCE_MS })
  const status = answer.status >= 400 ? readStatus(answer.body) : undefined
  return status && plainWords(status.message, 300)
}

async function asked({ spec, clock, environment }: PrometheusLook, url: string, where: string) {
  const token = spec.tokenFrom === undefined ? undefined : environment[spec.tokenFrom]
  const { scrapeMs } = spec
  const { version, skewMs, problems } = await checkPrometheus({ url, token, scrapeMs, clock, deadlineMs: PATIENCE_MS })
  if (problems.length > 0) {
    // Its address may be one of this moment, on this machine.
    return problems.map(({ detail }) =>
      notes.problem('Prometheus', plainWords(`${where}: ${detail.replaceAll(url, where)}`, 400), REMEDY),
    )
  }
  const name = version === undefined ? 'answers' : `answers, version ${plainWords(version, 40)}`
  return [notes.ok('Prometheus', `${where} ${name}, clock ${Math.round(skewMs ?? 0)} ms apart`)]
}
