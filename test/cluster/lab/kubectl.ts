import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ExecOptions, exec } from '../../../src/kit/exec.ts'
import type { Cluster } from '../cluster.ts'
import { inScratch } from '../parts/scratch.ts'
import { run, until } from '../tools.ts'

const LONGEST_MS = 60_000

/** Standard output of `kubectl`. Throws when it fails. */
export function kubectl(cluster: Cluster, ...args: readonly string[]): Promise<string> {
  return run(cluster.kubectlPath, ['--kubeconfig', cluster.kubeconfig, ...args], { timeoutMs: LONGEST_MS })
}

/** The same, however it ends. */
export function tryKubectl(cluster: Cluster, args: readonly string[], options: ExecOptions = {}) {
  return exec(cluster.kubectlPath, ['--kubeconfig', cluster.kubeconfig, ...args], { timeoutMs: LONGEST_MS, ...options })
}

/** Creates objects, or brings them to this state. */
export function apply(cluster: Cluster, objects: readonly object[]): Promise<string> {
  return inScratch((scratch) => {
    const file = join(scratch, 'objects.json')
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
    return kubectl(cluster, 'apply', '--filename', file)
  })
}

/** Waits until these pods of a namespace are ready. */
export async function ready(cluster: Cluster, namespace: string, ...pods: readonly string[]): Promise<void> {
  const names = pods.map((pod) => `pod/${pod}`)
  // `wait` fails at once for a pod that a controller has not made yet.
  await until(`${pods.join(', ')} to exist`, async () => {
    const { exitCode } = await tryKubectl(cluster, ['--namespace', namespace, 'get', ...names])
    return exitCode === 0 ? true : undefined
  })
  await kubectl(cluster, '--namespace', namespace, 'wait', '--for=condition=Ready', '--timeout=60s', ...names)
}
