import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { actionsOf, clusterRecipe } from './cases.ts'

test.each<[string, object, object]>([
  ['pod-kill', {}, { do: 'delete-pod', graceSeconds: 0 }],
  ['pod-kill', { 'grace-period': '1500ms' }, { do: 'delete-pod', graceSeconds: 2 }],
  ['pod-failure', {}, { do: 'swap-images', image: 'registry.k8s.io/pause:3.10' }],
  ['pod-failure', { image: 'mine/pause@sha256:0a' }, { do: 'swap-images', image: 'mine/pause@sha256:0a' }],
  ['evict', {}, { do: 'evict-pod', graceSeconds: undefined }],
  ['evict', { 'grace-period': '5s' }, { do: 'evict-pod', graceSeconds: 5 }],
  ['rollout-restart', {}, { do: 'restart' }],
  ['scale', { to: 5 }, { do: 'scale', replicas: 5 }],
  ['scale', { by: -2 }, { do: 'scale', replicas: 0 }],
  [
    'container-kill',
    { container: 'app' },
    { do: 'kill', container: 'app', process: undefined, signal: 'SIGKILL', graceMs: 0 },
  ],
  [
    'container-kill',
    { 'grace-period': '2s' },
    { do: 'kill', container: undefined, process: undefined, signal: 'SIGTERM', graceMs: 2_000 },
  ],
  [
    'process-kill',
    { process: 'worker', signal: 'SIGTERM' },
    { do: 'kill', process: 'worker', signal: 'SIGTERM', graceMs: 30_000 },
  ],
  [
    'process-kill',
    { process: 'worker' },
    { do: 'kill', container: undefined, process: 'worker', signal: 'SIGKILL', graceMs: 0 },
  ],
  ['process-pause', { process: 'worker', container: 'app' }, { do: 'pause', container: 'app', process: 'worker' }],
  ['cpu-stress', { workers: 2, load: '80%' }, { do: 'stress-cpu', container: undefined, workers: 2, loadRatio: 0.8 }],
  ['memory-stress', { size: '64MiB', workers: 2 }, { do: 'stress-memory', container: undefined, bytes: 134_217_728 }],
  ['context-switch-stress', {}, { do: 'stress-switches', container: undefined, workers: 2 }],
  [
    'io-throttle',
    { write: '1MiB/s', 'read-operations': 20, path: '/data' },
    {
      do: 'throttle-io',
      container: undefined,
      path: '/data',
      readBytesPerSecond: undefined,
      writeBytesPerSecond: 1_048_576,
      readsPerSecond: 20,
      writesPerSecond: undefined,
    },
  ],
  [
    'disk-fill',
    { path: '/data', share: '50%' },
    { do: 'fill-disk', container: undefined, path: '/data', bytes: undefined, ratio: 0.5 },
  ],
  ['node-cordon', {}, { do: 'cordon' }],
  ['node-drain', { namespaces: ['shop'] }, { do: 'drain', onlyNamespaces: ['shop'] }],
  ['node-taint', { effect: 'NoExecute' }, { do: 'taint', key: 'seaworthy.dev/fault', value: '', effect: 'NoExecute' }],
  ['node-network-down', {}, { do: 'node-link-down', device: undefined }],
  ['node-reboot', {}, { do: 'node-power', how: 'reboot' }],
  ['node-shutdown', {}, { do: 'node-power', how: 'shutdown' }],
  ['service-stop', { service: 'kubelet' }, { do: 'node-service-stop', unit: 'kubelet', manifest: undefined }],
  [
    'service-stop',
    { service: 'etcd' },
    { do: 'node-service-stop', unit: undefined, manifest: '/etc/kubernetes/manifests/etcd.yaml' },
  ],
  [
    'service-stop',
    { service: 'kube-scheduler', 'manifest-folder': '/srv/pods/' },
    { do: 'node-service-stop', unit: undefined, manifest: '/srv/pods/kube-scheduler.yaml' },
  ],
  [
    'service-config',
    { file: '/etc/a', search: 'x', replace: 'y' },
    { do: 'node-service-config', file: '/etc/a', search: 'x', replace: 'y', unit: undefined },
  ],
  [
    'patch',
    { merge: { spec: { replicas: 1 } } },
    { do: 'patch', object: undefined, patch: { spec: { replicas: 1 } }, patchType: 'merge' },
  ],
  [
    'patch',
    { object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }, json: [{ op: 'remove', path: '/data/a' }] },
    {
      do: 'patch',
      object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' },
      patch: [{ op: 'remove', path: '/data/a' }],
      patchType: 'json',
    },
  ],
  [
    'apply',
    { manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }], period: '4s' },
    { do: 'objects', manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }], periodMs: 4_000 },
  ],
  ['job', { image: 'k6', env: { A: 'b' } }, { do: 'job', image: 'k6', command: [], env: { A: 'b' } }],
  [
    'script',
    { inject: 'a', recover: 'b', proof: 'c', container: 'app' },
    { do: 'script', container: 'app', inject: 'a', recover: 'b', proof: 'c' },
  ],
  [
    'node-script',
    { inject: 'a', recover: 'b', proof: 'c' },
    { do: 'script', container: undefined, inject: 'a', recover: 'b', proof: 'c' },
  ],
])('%s %o', (type, given, action) => {
  expect(actionsOf(clusterRecipe(type, { ...given }))).toEqual([expect.objectContaining(action)])
})

test('a random scale is in its range, never the present number, and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }), (seed, min, span) => {
      const draw = () =>
        actionsOf(clusterRecipe('scale', { random: { min, max: min + span } }, { seed }))[0] as { replicas?: number }
      const { replicas = -1 } = draw()
      expect(draw()).toEqual({ do: 'scale', replicas })
      expect(replicas).toBeGreaterThanOrEqual(min)
      expect(replicas).toBeLessThanOrEqual(min + span)
      expect(replicas).not.toBe(2)
    }),
  )
})

test('a scale of what cannot be counted, or below nothing, is refused', () => {
  expect(() => clusterRecipe('scale', { by: 1 }, { replicas: undefined })).toThrow(/could not be counted/)
  expect(() => clusterRecipe('scale', { by: -3 })).toThrow(/3 cannot be taken away/)
})

/** Exit code of the proof command on this machine. */
function proofOf(type: string, given: Readonly<Record<string, unknown>>): number {
  const recipe = clusterRecipe(type, given)
  if (recipe.actor !== 'daemon' || recipe.probe.probe !== 'script') throw new Error('no script')
  try {
    execFileSync('sh', ['-c', recipe.probe.command], { stdio: 'ignore' })
    return 0
  } catch (error) {
    return (error as { readonly status?: number }).status ?? -1
  }
}

test.each([
  ['max: 10', 'max: 1'],
  ['max: 1', 'max: 10'],
  ['max: 10', ''],
  [`it's "$HOME"`, "'; exit 0; echo '"],
  ['-v', '--'],
])('the proof of a replaced text tells %s from %s', (search, replace) => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-config-'))
  try {
    const file = join(folder, "a file's name")
    const given = { file, search, replace }
    expect(proofOf('service-config', given)).not.toBe(0)
    writeFileSync(file, `first\n a ${search} b\n`)
    expect(proofOf('service-config', given)).not.toBe(0)
    writeFileSync(file, `first\n a ${replace} b\n`)
    expect(proofOf('service-config', given)).toBe(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a unit is asked for by its name, and a part of the control plane by its process', () => {
  expect(clusterRecipe('service-stop', { service: 'containerd' })).toMatchObject({
    probe: { probe: 'node', unit: 'containerd', device: undefined },
  })
  const recipe = clusterRecipe('service-stop', { service: 'kube-controller-manager' })
  const command = recipe.actor === 'daemon' && recipe.probe.probe === 'script' ? recipe.probe.command : ''
  expect(command).toContain(`'kube-controller'`)
  const absent = (name: string) => command.replace(`'kube-controller'`, `'${name}'`)
  const code = (words: string) => {
    try {
      execFileSync('sh', ['-c', words], { stdio: 'ignore' })
      return 0
    } catch (error) {
      return (error as { readonly status?: number }).status
    }
  }
  expect(code(absent('sh'))).toBe(1)
  expect(code(absent('no-such-process'))).toBe(0)
})
