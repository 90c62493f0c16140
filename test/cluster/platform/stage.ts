import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/kit/clock.ts'
import type { KubeConnection } from '../../../src/kube/connection.ts'
import { createKubeClient } from '../../../src/kube/create-kube-client.ts'
import type { KubeClient } from '../../../src/kube/kube-client.ts'
import { loadConnection } from '../../../src/kube/load-connection.ts'
import { DEPLOYMENTS, NAMESPACES } from '../../../src/kube/resources.ts'
import { ALLOW_LABEL } from '../../../src/model/cluster/fault-object.ts'
import type { RunEventBody } from '../../../src/model/events.ts'
import type { LedgerEntry } from '../../../src/model/ledger.ts'
import type { RunContext } from '../../../src/model/ports.ts'
import type { KubernetesSystem, Suite } from '../../../src/model/suite.ts'
import { ensureCluster } from '../cluster.ts'

export const PAUSE = 'docker.io/local/pause:1'
export const SHELL = 'docker.io/local/base-small:1'

export interface Stage {
  readonly client: KubeClient
  readonly connection: KubeConnection
  readonly namespace: string
}

/** A namespace of the test's own in the real cluster, gone when the test is. */
export async function openStage(labels: Record<string, string> = { [ALLOW_LABEL]: 'true' }): Promise<Stage> {
  const { kubeconfig } = await ensureCluster()
  const connection = await loadConnection({ kubeconfig, env: {} })
  const client = createKubeClient(connection)
  const namespace = `platform-${Math.random().toString(36).slice(2, 9)}`
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
  onTestFinished(async () => {
    await client.remove(NAMESPACES, namespace)
    client.close()
  })
  return { client, connection, namespace }
}

export function deployment(name: string, replicas: number, container: object = {}, spec: object = {}) {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: PAUSE, imagePullPolicy: 'IfNotPresent', ...container }],
          ...spec,
        },
      },
    },
  }
}

export async function deployed(
  { client, namespace }: Stage,
  ...objects: ReturnType<typeof deployment>[]
): Promise<void> {
  for (const object of objects)
    await client.create(DEPLOYMENTS, { ...object, metadata: { ...object.metadata, namespace } })
}

export function suiteOf(namespace: string, system: Partial<KubernetesSystem> = {}): Suite {
  return {
    file: 'seaworthy.yaml',
    digest: '0'.repeat(64),
    name: 'checkout',
    system: {
      platform: 'kubernetes',
      cluster: 'connect',
      namespace,
      workloads: ['Deployment/web'],
      deploy: undefined,
      readyMs: 60_000,
      ...system,
    },
    traffic: { kind: 'none' },
    prometheus: undefined,
    objectives: [],
    windows: { warmupMs: 0, baselineMs: 1_000, faultMs: 1_000, recoveryMs: 1_000 },
    limits: { blastRadius: { targets: 1, ratio: 1 }, abortWhen: [], hours: undefined, approval: undefined },
    experiments: [],
  }
}

export function contextOf(suite: Suite) {
  const events: RunEventBody[] = []
  const ledger: LedgerEntry[] = []
  const folder = mkdtempSync(join(tmpdir(), 'stage-'))
  const context: RunContext = {
    run: 'r-stage',
    suite,
    emit: (event) => events.push(event),
    ledger: { write: (entry) => ledger.push(entry) },
    ledgerPath: join(folder, 'ledger.ndjson'),
    workFolder: folder,
    reportFolder: folder,
    helperCommand: [],
    environment: { PATH: process.env.PATH ?? '' },
    secrets: [],
  }
  return { context, events, ledger, folder }
}

/** Resolves when it holds; a hang is ended by the test's own limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(100)
}
