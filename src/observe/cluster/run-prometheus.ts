import { randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import type { Clock } from '../../kit/clock.ts'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import type { Informer, KubeClient, KubeObject, Resource } from '../../kube/kube-client.ts'
import { KubeError } from '../../kube/kube-error.ts'
import { CONFIG_MAPS, PODS } from '../../kube/resources.ts'
import { MANAGED_BY_LABEL, RUN_LABEL } from '../../model/cluster/fault-object.ts'
import type { Leftover } from '../../model/ledger.ts'
import type { Ledger } from '../../model/ports.ts'
import { type ScrapedPod, targetGroups } from './scrape-targets.ts'
import { TOKEN_HEADER } from './target-server.ts'
import { untilScraping } from './until-scraping.ts'

export interface PrometheusSetting {
  readonly client: KubeClient
  readonly namespace: string
  readonly run: string
  readonly image: string
  /** The program's own, which tells Prometheus what to scrape. */
  readonly ownImage: string
  readonly scrapeMs: number
  readonly clock: Clock
  readonly ledger: Ledger
}

type Manifest = readonly [Resource, KubeObject]

export interface RunPrometheus {
  /**
   * Resolves when it is ready to answer and knows the pods that there are. Throws SeaworthyError('OBSERVE'), also when it is
   * cancelled by the signal; `remove` must follow all the same.
   */
  readonly install: (signal: AbortSignal) => Promise<InstalledPrometheus>
  /** Of what was created, or may have been. */
  readonly remove: () => Promise<readonly Leftover[]>
}

export interface InstalledPrometheus {
  /** For the API server's proxy. */
  readonly path: string
  /** As untilScraping. */
  readonly untilScraping: (signal: AbortSignal) => Promise<void>
}

const PORT = 9090
const TARGETS_PORT = 9091
/** Pods come in swarms. */
const TELL_AFTER_MS = 100
const READY_LIMIT_MS = 90_000
const POLL_MS = 200
const LIFETIME_S = 6 * 3_600

/**
 * A Prometheus for one run in the preview's namespace, which scrapes the namespace's pods with the annotation
 * `prometheus.io/scrape: "true"`. Nothing is there before `install`.
 */
export function createRunPrometheus(setting: PrometheusSetting): RunPrometheus {
  const { client, namespace, clock } = setting
  const stop = new AbortController()
  const begun = new Set<Manifest>()
  return {
    install: async (signal) => {
      const cancel = () => stop.abort(signal.reason)
      signal.addEventListener('abort', cancel, { once: true })
      try {
        const path = proxyPath(setting, PORT)
        const pods = client.informer<ScrapedPod>(PODS, { namespace })
        const token = randomBytes(16).toString('hex')
        for (const one of manifests(setting, token)) {
          signal.throwIfAborted()
          await create(setting, one, begun)
        }
        await untilReady(setting, stop.signal)
        await tellTargets(setting, pods, token, stop.signal)
        return { path, untilScraping: (signal) => untilScraping({ client, clock, pods, path }, signal) }
      } catch (error) {
        throw notInstalled(error)
      } finally {
        signal.removeEventListener('abort', cancel)
      }
    },
    remove: () => {
      stop.abort()
      return removeAll(setting, [...begun])
    },
  }
}

async function create(setting: PrometheusSetting, manifest: Manifest, begun: Set<Manifest>): Promise<void> {
  const { client, namespace, clock, ledger } = setting
  const [resource, object] = manifest
  const { apiVersion = '', kind = '' } = object
  const name = nameOf(setting)
  const id = `${kind}/${name}`
  await ledger.write({ entry: 'object', at: clock.now(), id, apiVersion, kind, namespace, name })
  begun.add(manifest)
  try {
    await client.create(resource, object)
  } catch (error) {
    if (wasRefused(error)) {
      begun.delete(manifest)
      await ledger.write({ entry: 'gone', at: clock.now(), id })
    }
    throw error
  }
}

/** So that nothing was made, which nobody has to remove, and might not be permitted to. */
function wasRefused(error: unknown): boolean {
  return error instanceof KubeError && error.status >= 400 && error.status < 500 && error.reason !== 'AlreadyExists'
}

function notInstalled(error: unknown): SeaworthyError {
  return new SeaworthyError('OBSERVE', `Prometheus could not be installed for the run: ${messageOf(error)}`, {
    cause: error,
    remedy:
      'Name one that is there (`prometheus: {service: monitoring/prometheus:9090}`), or let the run create pods and config maps in its namespace.',
  })
}

function proxyPath(setting: PrometheusSetting, port: number): string {
  return `/api/v1/namespaces/${setting.namespace}/pods/${nameOf(setting)}:${port}/proxy`
}

/** Tells the pods that there are, and again whenever they change. Throws when the first list could not be told. */
async function tellTargets(
  setting: PrometheusSetting,
  pods: Informer<ScrapedPod>,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock } = setting
  const path = `${proxyPath(setting, TARGETS_PORT)}/targets`
  const tell = async () => {
    const body = targetGroups(pods.items())
    const { status } = await client.raw({ method: 'POST', path, body, headers: { [TOKEN_HEADER]: token }, signal })
    if (status >= 300) throw new SeaworthyError('OBSERVE', `it did not take its list of pods: status ${status}`)
  }
  let waiting = false
  pods.on(() => {
    if (waiting) return
    waiting = true
    clock
      .sleep(TELL_AFTER_MS, signal)
      .then(() => {
        waiting = false
        return tell()
      })
      // A list that was not taken shows as missing samples, and the next change tells all of it again.
      .catch(() => undefined)
  })
  await pods.start(signal)
  await tell()
}

function nameOf({ run }: PrometheusSetting): string {
  return `${run}-prometheus`
}

async function untilReady(setting: PrometheusSetting, signal: AbortSignal): Promise<void> {
  const { client, namespace, clock } = setting
  const deadline = clock.monotonic() + READY_LIMIT_MS
  for (;;) {
    const pod = await client.get<PodStatus>(PODS, nameOf(setting), namespace)
    if (pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) return
    const states = pod?.status?.containerStatuses?.map(({ state }) => state) ?? []
    const state = states.find((one) => one?.terminated ?? one?.waiting)
    const waiting = state?.waiting
    if (
      state?.terminated ||
      clock.monotonic() > deadline ||
      /ErrImage|ImagePull|InvalidImage/.test(waiting?.reason ?? '')
    )
      throw new SeaworthyError(
        'OBSERVE',
        `its pod is not ready: ${state?.terminated?.reason ?? waiting?.message ?? waiting?.reason ?? pod?.status?.phase ?? 'gone'}`,
      )
    await clock.sleep(POLL_MS, signal)
  }
}

async function removeAll(setting: PrometheusSetting, objects: readonly Manifest[]): Promise<readonly Leftover[]> {
  const { client, namespace, clock, ledger } = setting
  const name = nameOf(setting)
  const leftovers: Leftover[] = []
  for (const [resource, { kind = '' }] of [...objects].reverse()) {
    try {
      await client.remove(resource, name, namespace, resource === PODS ? { graceSeconds: 0 } : {})
      await ledger.write({ entry: 'gone', at: clock.now(), id: `${kind}/${name}` })
    } catch (error) {
      leftovers.push({
        what: `${kind} ${namespace}/${name}`,
        why: messageOf(error),
        remedy: `kubectl -n ${namespace} delete ${resource.plural} ${name}`,
      })
    }
  }
  return leftovers
}

/** In the order in which they are made. */
function manifests(setting: PrometheusSetting, token: string): readonly Manifest[] {
  const { namespace, run, scrapeMs } = setting
  const name = nameOf(setting)
  const metadata = { name, namespace, labels: { [RUN_LABEL]: run, [MANAGED_BY_LABEL]: 'seaworthy' } }
  const data = { 'prometheus.yml': configuration(scrapeMs) }
  return [
    [CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as KubeObject],
    [PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec(setting, token) } as KubeObject],
  ]
}

function configuration(scrapeMs: number): string {
  return stringify({
    global: { scrape_interval: `${scrapeMs}ms`, scrape_timeout: `${scrapeMs}ms` },
    scrape_configs: [
      {
        job_name: 'pods',
        http_sd_configs: [{ url: `http://127.0.0.1:${TARGETS_PORT}/targets`, refresh_interval: '1s' }],
      },
    ],
  })
}

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

function podSpec(setting: PrometheusSetting, token: string) {
  const name = nameOf(setting)
  return {
    automountServiceAccountToken: false,
    activeDeadlineSeconds: LIFETIME_S,
    terminationGracePeriodSeconds: 1,
    restartPolicy: 'Always',
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65534,
      fsGroup: 65534,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'prometheus',
        image: setting.image,
        imagePullPolicy: 'IfNotPresent',
        args: [
          '--config.file=/etc/prometheus/prometheus.yml',
          '--storage.tsdb.path=/prometheus',
          '--storage.tsdb.retention.time=8h',
          `--web.listen-address=:${PORT}`,
          // A pod that comes in the place of another one is to be seen soon; the default is five seconds.
          '--scrape.discovery-reload-interval=1s',
        ],
        ports: [{ name: 'http', containerPort: PORT }],
        readinessProbe: { httpGet: { path: '/-/ready', port: PORT }, periodSeconds: 1 },
        securityContext: RESTRICTED,
        resources: { requests: { cpu: '50m', memory: '96Mi' } },
        volumeMounts: [
          { name: 'configuration', mountPath: '/etc/prometheus' },
          { name: 'data', mountPath: '/prometheus' },
        ],
      },
      {
        name: 'targets',
        image: setting.ownImage,
        imagePullPolicy: 'IfNotPresent',
        args: ['internal', 'targets', String(TARGETS_PORT)],
        env: [{ name: 'SEAWORTHY_TARGETS_TOKEN', value: token }],
        readinessProbe: { httpGet: { path: '/targets', port: TARGETS_PORT }, periodSeconds: 1 },
        securityContext: RESTRICTED,
        resources: { requests: { cpu: '10m', memory: '48Mi' } },
      },
    ],
    volumes: [
      { name: 'configuration', configMap: { name } },
      { name: 'data', emptyDir: {} },
    ],
  }
}

interface PodStatus extends KubeObject {
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string }
        readonly terminated?: { readonly reason?: string }
      }
    }[]
  }
}
