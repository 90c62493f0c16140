import type { KubeObject } from '../../kube/kube-client.ts'
import { MANAGED_BY_LABEL, RUN_LABEL } from '../../model/cluster/fault-object.ts'
import { k6Arguments } from '../k6-source.ts'
import type { ScriptFile } from './k6-files.ts'

export interface JobFacts {
  readonly name: string
  readonly namespace: string
  readonly run: string
  readonly env: Readonly<Record<string, string>>
}

export interface JobManifest extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly template: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }
      readonly spec: Readonly<Record<string, unknown>>
    }
  }
}

/** A Job ends by itself after this, and is gone an hour later, when nobody takes it away. */
const LIFETIME_S = 6 * 3_600
const KEPT_S = 3_600
const SCRIPTS = '/scripts'
export const K6_CONTAINER = 'k6'
export const RELAY_CONTAINER = 'relay'
const PIPE = '/results/k6.json'

/** What the pods of a run may do in a namespace of the restricted pod-security level. */
const RESTRICTED_POD = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
}
const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
const READ_ONLY = { ...RESTRICTED, readOnlyRootFilesystem: true }

export function labelsOf(run: string): Readonly<Record<string, string>> {
  return { [RUN_LABEL]: run, [MANAGED_BY_LABEL]: 'seaworthy', 'app.kubernetes.io/name': 'seaworthy-traffic' }
}

/** What holds for every Job of a run, whoever wrote the rest: one pod, no second try, an end of its own. */
export const ONE_TRY = {
  parallelism: 1,
  completions: 1,
  backoffLimit: 0,
  activeDeadlineSeconds: LIFETIME_S,
  ttlSecondsAfterFinished: KEPT_S,
} as const

/** A Job with our labels on it and on its pod. */
function jobOf({ name, namespace, run }: JobFacts, pod: Readonly<Record<string, unknown>>): JobManifest {
  const labels = labelsOf(run)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      ...ONE_TRY,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 2,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: RESTRICTED_POD,
          ...pod,
        },
      },
    },
  }
}

/** A Job that runs the suite's image. */
export function imageJob(
  facts: JobFacts,
  { image, command }: { readonly image: string; readonly command: readonly string[] },
): JobManifest {
  return jobOf(facts, {
    containers: [
      {
        name: 'job',
        image,
        imagePullPolicy: 'IfNotPresent',
        ...(command.length > 0 && { command: [...command] }),
        env: variables(facts.env),
        securityContext: RESTRICTED,
        resources: { requests: { cpu: '50m', memory: '64Mi' } },
      },
    ],
  })
}

/**
 * A Job in which k6 writes to a named pipe what a container beside it reads, shortens and writes to its log: so that the
 * log is small, what k6 prints itself stays apart from it, and any image of k6 will do, also one without a shell.
 */
export function k6Job(
  facts: JobFacts,
  k6: { readonly image: string; readonly ownImage: string; readonly files: readonly ScriptFile[] },
): JobManifest {
  const results = { name: 'results', mountPath: '/results' }
  const items = k6.files.map(({ path }, place) => ({ key: keyOf(place), path }))
  return jobOf(facts, {
    initContainers: [
      {
        name: 'pipe',
        image: k6.ownImage,
        imagePullPolicy: 'IfNotPresent',
        command: ['mkfifo', PIPE],
        securityContext: READ_ONLY,
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        volumeMounts: [results],
      },
    ],
    containers: [
      {
        name: K6_CONTAINER,
        image: k6.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['k6', ...k6Arguments(PIPE, `${SCRIPTS}/${k6.files[0]?.path ?? ''}`)],
        env: variables({ HOME: '/tmp', ...facts.env }),
        securityContext: READ_ONLY,
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } },
        volumeMounts: [
          results,
          { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
      {
        name: RELAY_CONTAINER,
        image: k6.ownImage,
        imagePullPolicy: 'IfNotPresent',
        args: ['internal', 'k6-relay', PIPE],
        securityContext: READ_ONLY,
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        volumeMounts: [results],
      },
    ],
    volumes: [
      { name: 'results', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
      { name: 'scripts', configMap: { name: facts.name, items } },
    ],
  })
}

/** The script and what it imports, under keys that fit into a config map; `k6Job` gives them their names back. */
export function scriptConfigMap({ name, namespace, run }: JobFacts, files: readonly ScriptFile[]): KubeObject {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: labelsOf(run) },
    immutable: true,
    binaryData: Object.fromEntries(files.map(({ bytes }, place) => [keyOf(place), bytes.toString('base64')])),
  }
  return manifest
}

function keyOf(place: number): string {
  return `file-${place}`
}

function variables(env: Readonly<Record<string, string>>) {
  return Object.entries(env).map(([name, value]) => ({ name, value }))
}
