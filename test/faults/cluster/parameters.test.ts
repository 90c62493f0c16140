import { expect, test } from 'vitest'
import { parse, typeOf } from '../facts.ts'

const long = (length: number) => 'x'.repeat(length)
const config = { file: '/etc/a', search: 'x', replace: 'y' }
const script = { inject: 'a', recover: 'b', proof: 'c' }
const object = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }
const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' }

/** A tenant may write a Fault object by hand: nothing without a bound, and nothing that reaches further than it says. */
const refused: readonly (readonly [type: string, given: Readonly<Record<string, unknown>>, message: RegExp])[] = [
  ['network-partition', { to: { address: 'db.example.com' } }, /to.address: Not an IP address/],
  ['network-partition', { to: { address: '10.0.0.256' } }, /Not an IP address/],
  ['network-partition', { to: { address: '10.0.0.0/33' } }, /Not an IP address/],
  ['network-partition', { to: { address: '1.2.3.4; reboot' } }, /Not an IP address/],
  ['network-partition', { to: { name: 'db example' } }, /Not a host name/],
  ['network-partition', { to: { name: `${long(63)}.`.repeat(5) } }, /Not a host name/],
  ['network-partition', { to: { workload: 'Deployment/../db' } }, /Not a workload/],
  ['network-partition', { to: { workload: 'db', address: '10.0.0.1' } }, /exactly one/],
  ['network-partition', { ports: [] }, /ports/],
  ['network-partition', { ports: [0] }, /ports/],
  ['network-partition', { ports: Array.from({ length: 17 }, (_, at) => at + 1) }, /ports/],
  ['network-delay', { latency: '1s', mechanism: 'tc' }, /mechanism/],
  ['network-loss', {}, /loss/],
  ['network-loss', { loss: '0%' }, /hits no packet/],
  ['network-loss', { loss: '101%' }, /not a percentage/],
  ['network-loss', { loss: '1%', correlation: '100%' }, /at most 99%/],
  ['network-reorder', { reorder: '100%' }, /none is overtaken/],
  ['network-reorder', { reorder: '10%', latency: '0ms' }, /nothing can be overtaken/],
  ['network-duplicate', { duplicate: '1%', mechanism: 'queue' }, /mechanism/],
  ['network-policy', { deny: 'all' }, /deny/],
  ['network-policy', { deny: 'both', policy: { spec: {} } }, /not both/],
  ['network-policy', { policy: { spec: { podSelector: {} } } }, /Leave the selector out/],
  ['network-policy', { policy: { kind: 'v1 Pod', spec: {} } }, /kind/],
  ['network-policy', { policy: { spec: { a: long(70_000) } } }, /64 KiB/],
  ['network-policy', { period: '500ms' }, /at least 1s/],
  ['http-abort', { path: `/${long(1_100)}` }, /path/],
  [
    'http-replace',
    { headers: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`x-${at}`, 'a'])) },
    /At most 64/,
  ],
  ['grpc-abort', { status: 'OK' }, /status/],
  ['grpc-abort', { message: 'a\r\nb' }, /one line/],
  ['dns-error', { patterns: [] }, /patterns/],
  ['dns-error', { patterns: ['a b'] }, /Not a host name/],
  ['dns-error', { patterns: [long(254)] }, /patterns/],
  ['dns-error', { patterns: Array.from({ length: 33 }, (_, at) => `a${at}`) }, /patterns/],
  ['dns-static', {}, /addresses/],
  ['dns-static', { addresses: ['10.0.0.0/8'] }, /Not an IP address/],
  ['container-kill', { container: 'a/../b' }, /Not the name of a container/],
  ['process-kill', { process: long(257) }, /process/],
  ['pod-failure', { image: 'a b' }, /Not the name of an image/],
  ['context-switch-stress', { workers: 257 }, /workers/],
  ['io-throttle', {}, /at least one/],
  ['io-throttle', { write: '1MiB/s', path: '/a/../../etc' }, /no \.\./],
  ['io-throttle', { 'write-operations': 0 }, /write-operations/],
  ['disk-fill', { path: '/data' }, /exactly one/],
  ['disk-fill', { path: '/data', size: '1MiB', share: '10%' }, /exactly one/],
  ['disk-fill', { path: '/data', share: '91%' }, /at most 90%/],
  ['disk-fill', { path: 'data', size: '1MiB' }, /begins with/],
  ['disk-fill', { path: '/data', size: '17TiB' }, /at most 16TiB/],
  ['node-drain', { namespaces: [] }, /namespaces/],
  ['node-taint', { key: 'a b' }, /key of a taint/],
  ['node-taint', { effect: 'Never' }, /effect/],
  ['node-network-down', { device: 'eth0; reboot' }, /network device/],
  ['service-stop', {}, /service/],
  ['service-stop', { service: '../../bin/sh' }, /Not the name of a unit/],
  ['service-stop', { service: '--no-block' }, /Not the name of a unit/],
  ['service-config', { ...config, replace: 'x' }, /the same/],
  ['service-config', { ...config, replace: 'a\nb' }, /One line/],
  ['service-config', { ...config, file: '/etc/../root' }, /no \.\./],
  ['patch', {}, /exactly one/],
  ['patch', { merge: {}, json: [{ op: 'remove', path: '/a' }] }, /exactly one/],
  ['patch', { json: [{ op: 'move', path: '/a' }] }, /op/],
  ['patch', { json: [{ op: 'remove', path: 'a' }] }, /JSON pointer/],
  ['patch', { merge: { a: long(70_000) } }, /64 KiB/],
  ['patch', { object: { ...object, ...role }, merge: {} }, /give rights/],
  ['patch', { object: { ...object, kind: 'Node' }, merge: {} }, /not written by a fault/],
  ['patch', { object: { ...object, apiVersion: 'seaworthy.dev/v1alpha1' }, merge: {} }, /give rights/],
  ['patch', { object: { ...object, namespace: 'kube-system' }, merge: {} }, /namespace/],
  ['apply', { manifests: [] }, /manifests/],
  ['apply', { manifests: [role] }, /give rights/],
  ['apply', { manifests: [{ apiVersion: 'v1', kind: 'ServiceAccount' }] }, /not written by a fault/],
  ['apply', { manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'kube-system' } }] }, /namespace/],
  ['apply', { manifests: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } }] }, /name/],
  ['apply', { manifests: Array.from({ length: 17 }, () => ({ apiVersion: 'v1', kind: 'Pod' })) }, /manifests/],
  ['script', { inject: 'a', recover: 'b' }, /proof/],
  ['script', { ...script, recover: '' }, /recover/],
  ['script', { ...script, inject: long(16_385) }, /inject/],
  ['script', { ...script, on: 'node' }, /on/],
  ['node-script', { ...script, container: 'app' }, /container/],
  ['job', {}, /image/],
  ['job', { image: 'a', command: Array.from({ length: 65 }, () => 'a') }, /command/],
  ['job', { image: 'a', env: { 'a b': 'c' } }, /env.a b/],
]

test.each(refused)('%s refuses %o', (type, given, message) => {
  const result = typeOf(type).parameters.safeParse(given)
  expect(result.success).toBe(false)
  expect(result.error?.issues.map(({ path, message: text }) => `${path.join('.')}: ${text}`).join('\n')).toMatch(
    message,
  )
})

const accepted: readonly (readonly [type: string, given: Readonly<Record<string, unknown>>, said: string])[] = [
  ['network-loss', { loss: '12.5%', correlation: '25%', direction: 'to' }, '12.5 %, correlated by 25 %, what it sends'],
  ['network-duplicate', { duplicate: '20%', to: { name: 'db' } }, '20 % with db'],
  ['network-corrupt', { corrupt: '5%' }, '5 %'],
  ['network-reorder', { reorder: '25%' }, '25 % past 10 ms'],
  ['network-policy', {}, 'deny both'],
  ['network-policy', { deny: 'egress', period: '10s' }, 'deny egress, on and off every 10 s'],
  ['network-policy', { policy: { spec: { ingress: [] } } }, 'NetworkPolicy'],
  ['grpc-abort', { share: '10%' }, 'UNAVAILABLE to 10 % of requests'],
  ['dns-error', {}, 'servfail for *'],
  ['dns-random', { patterns: ['a', 'b'] }, 'a; b'],
  ['dns-static', { addresses: ['10.0.0.9', '2001:db8::1'] }, '* at 10.0.0.9; 2001:db8::1'],
  ['container-kill', { container: 'app', 'grace-period': '2s' }, 'app after 2 s of grace'],
  ['evict', { 'grace-period': '2s' }, 'with 2 s of grace'],
  ['context-switch-stress', {}, '2 workers'],
  ['io-throttle', { write: '1MiB/s', 'read-operations': 20 }, 'writes at 1 MiB/s, reads at 20 operations/s'],
  ['disk-fill', { path: '/data', share: '50%' }, '50 % of what is free in /data'],
  ['node-drain', { namespaces: ['shop'] }, 'of shop'],
  ['node-taint', { key: 'a', value: 'b' }, 'a=b:NoSchedule'],
  ['node-network-down', { device: 'eth0' }, 'eth0'],
  ['service-stop', { service: 'kubelet' }, 'kubelet'],
  ['service-config', { ...config, unit: 'sshd@1.service' }, '/etc/a of sshd@1.service'],
  ['patch', { merge: { data: {}, metadata: {} } }, 'the target: data, metadata'],
  ['patch', { object, json: [{ op: 'add', path: '/data/a', value: 1 }] }, 'ConfigMap/a: /data/a'],
  ['apply', { manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', data: {} }] }, 'ConfigMap'],
  ['script', { ...script, inject: 'first\nsecond' }, 'first…'],
  ['node-script', { ...script, inject: long(70) }, `${long(60)}…`],
  ['job', { image: 'k6:1', command: ['k6', 'run', 'a.js', '-q'] }, 'k6:1 k6 run a.js'],
]

test.each(accepted)('%s takes %o', (type, given, said) => {
  expect(typeOf(type).describe(parse(type, given))).toBe(said)
})
