import type { Clock } from '../../kit/clock.ts'
import type { KubeClient } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { plainWords, readStatus } from '../../kube/server-words.ts'
import type { Finding } from '../../model/diagnosis.ts'
import { versionTrouble } from '../../platform/kubernetes/preflight.ts'
import { versionOf } from '../../platform/kubernetes/read-versions.ts'
import { notesOf, shownUrl } from './finding.ts'

const notes = notesOf('cluster')

const QUESTIONS = 5
const PATIENCE_MS = 5_000
const SLOW_MS = 500
const MS_PER_S = 1_000
/** A traffic pod's records are set aside beyond this, and a Lease is taken for dead beyond a part of its 15 s. */
const SKEW_MS = { warning: 1_500, problem: 10_000 } as const

interface Sample {
  readonly tookMs: number
  /** How far the server's clock may be ahead of ours, at least and at most. */
  readonly aheadMs: readonly [number, number] | undefined
}

export interface ServerLook {
  readonly reachable: boolean
  readonly findings: readonly Finding[]
}

/** Whether the API server answers, how fast, of which version, and how far its clock is from ours. */
export async function lookAtServer(client: KubeClient, clock: Clock): Promise<ServerLook> {
  const where = shownUrl(client.server)
  const samples: Sample[] = []
  let version: string | undefined
  try {
    for (let asked = 0; asked < QUESTIONS; asked += 1) {
      const sentAt = clock.now()
      const started = clock.monotonic()
      const { status, headers, body } = await client.raw({ method: 'GET', path: '/version', timeoutMs: PATIENCE_MS })
      const tookMs = clock.monotonic() - started
      if (status === 401) return unreachable(refusedFinding(where, readStatus(body)?.message))
      version ??= status === 200 ? versionOf(body) : undefined
      samples.push({ tookMs, aheadMs: aheadOf(headers.date, sentAt, sentAt + tookMs) })
    }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    return unreachable(notes.problem('API server', error.message, error.remedy))
  }
  return { reachable: true, findings: [versionFinding(where, version, samples), clockFinding(samples)] }
}

function unreachable(finding: Finding): ServerLook {
  return { reachable: false, findings: [finding] }
}

function refusedFinding(where: string, words: string | undefined): Finding {
  const why = words ? `: ${plainWords(words, 200)}` : ''
  return notes.problem(
    'API server',
    `${where} does not accept our credentials${why}`,
    'Renew them, or name another context.',
  )
}

function versionFinding(where: string, version: string | undefined, samples: readonly Sample[]): Finding {
  const [least = 0, ...rest] = samples.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  const medianMs = [least, ...rest][Math.floor(samples.length / 2)] ?? least
  const said = `${where}, ${version ?? 'version unknown'}, answers in ${medianMs.toFixed(medianMs < 10 ? 1 : 0)} ms`
  const [trouble] = versionTrouble(version)
  if (trouble) return notes.problem('API server', `${said}: ${trouble.message}`, trouble.remedy)
  if (medianMs < SLOW_MS) return notes.ok('API server', said)
  return notes.warning('API server', said, 'Run nearer to the cluster: a fault begins and ends by its answers.')
}

/** The header has whole seconds, cut off: the server's time was in [date, date + 1 s) while we waited. */
function aheadOf(date: string | undefined, sentAt: number, receivedAt: number): Sample['aheadMs'] {
  const serverMs = Date.parse(date ?? '')
  return Number.isFinite(serverMs) ? [serverMs - receivedAt, serverMs + MS_PER_S - sentAt] : undefined
}

function clockFinding(samples: readonly Sample[]): Finding {
  const spans = samples.flatMap(({ aheadMs }) => (aheadMs ? [aheadMs] : []))
  if (spans.length === 0) return notes.skipped('clock', 'the server does not tell its time')
  const least = Math.max(...spans.map(([low]) => low))
  const most = Math.min(...spans.map(([, high]) => high))
  const provenMs = least > 0 ? least : most < 0 ? -most : 0
  const direction = least > 0 ? 'ahead of' : 'behind'
  const said =
    provenMs === 0
      ? "the server's and ours agree, to the second that it tells"
      : `the server's is ${direction} ours by at least ${(provenMs / MS_PER_S).toFixed(1)} s`
  const remedy = 'Set this machine, or the nodes, by NTP: Leases and the times of faults are compared between them.'
  if (provenMs >= SKEW_MS.problem) return notes.problem('clock', said, remedy)
  return provenMs >= SKEW_MS.warning ? notes.warning('clock', said, remedy) : notes.ok('clock', said)
}
