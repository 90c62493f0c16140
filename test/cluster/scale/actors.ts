import type { KubeClient } from '../../../src/kube/kube-client.ts'
import { PODS } from '../../../src/kube/resources.ts'
import type { Pod } from '../controller/engine.ts'

const SYSTEM = 'seaworthy-system'
const PORT = 9_464

/** What daemons and controller say of themselves. */
export interface Actor {
  /** `controller`, or `daemon on node-1`. */
  readonly name: string
  readonly requests: number
  readonly residentBytes: number
  readonly journalEntries: number
}

/** By their own metrics, asked through the API server by another client than the one that is measured. */
export async function actors(client: KubeClient): Promise<readonly Actor[]> {
  const pods = await client.list<Pod>(PODS, { namespace: SYSTEM, labels: 'app.kubernetes.io/part-of=seaworthy' })
  return Promise.all(pods.map((pod) => ask(client, pod)))
}

async function ask(client: KubeClient, { metadata, spec }: Pod): Promise<Actor> {
  const path = `/api/v1/namespaces/${SYSTEM}/pods/${metadata.name}:${PORT}/proxy/metrics`
  const { status, body } = await client.raw({ method: 'GET', path })
  if (status !== 200) throw new Error(`${metadata.name} has no metrics: ${status}`)
  const component = metadata.labels?.['app.kubernetes.io/component'] ?? metadata.name
  const name = component === 'daemon' ? `daemon on ${spec.nodeName}` : component
  const text = body.toString('utf8')
  return {
    name,
    requests: numberOf(text, 'api_requests_total'),
    residentBytes: numberOf(text, 'resident_memory_bytes'),
    journalEntries: numberOf(text, 'journal_entries'),
  }
}

/** The metric whose name ends so; 0 where there is none. */
function numberOf(text: string, suffix: string): number {
  const [, value = '0'] =
    new RegExp(`^(?:seaworthy_\\w*|process_)${suffix}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? []
  return Number(value)
}
