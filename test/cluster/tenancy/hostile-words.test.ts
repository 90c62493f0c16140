import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { FAULT_TYPES } from '../../../src/faults/registry.ts'
import type { KubeObject } from '../../../src/kube/kube-client.ts'
import { FAULTS, NAMESPACES } from '../../../src/kube/resources.ts'
import { ask, podTarget, type StoredFault, untilFault } from '../controller/engine.ts'
import { kubectl } from '../lab/kubectl.ts'
import { closeStage, harmDone, openStage, type Stage, startPod } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => closeStage(stage))

/** What would show if any of these words were ever understood by a shell, by nft, or as a path. */
const MARK = 'seaworthy-hostile'
const WORDS = [
  `$(touch /tmp/${MARK})`,
  `x'; touch /tmp/${MARK}; '`,
  `0.0.0.0/0 } ; add table inet ${MARK} ; {`,
  `10.0.0.1\nadd table inet ${MARK}`,
  `../../../../../../tmp/${MARK}`,
  `/../../proc/1/root/tmp/${MARK}`,
  `--exec=touch /tmp/${MARK}`,
  `${MARK}\0`,
  `\u202e${MARK}`,
  'x'.repeat(5_000),
]

type Parameters = Readonly<Record<string, unknown>>
/** Open ended by intent: what a script or a container does is what its writer wrote, in his own container. */
const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  script: ['inject', 'recover', 'proof'],
  job: ['command', 'env'],
  apply: ['manifests'],
  patch: ['merge', 'json'],
}

const types = FAULT_TYPES.filter(({ cluster }) => cluster?.scope === 'namespace')

function exampleOf(type: (typeof types)[number]): Parameters {
  const { type: _, target: __, ...parameters } = parse(type.notes.example) as Parameters
  return parameters
}

/** Each parameter that may hold a word, at whatever depth, with the word in its place. */
function hostile(type: (typeof types)[number], word: string): readonly Parameters[] {
  const example = exampleOf(type)
  const named = propertiesOf(type.parameters).filter((name) => !(OWN_WORDS[type.type] ?? []).includes(name))
  return named.flatMap((name) => [
    { ...example, [name]: word },
    { ...example, [name]: [word] },
    ...(name === 'to' ? ['workload', 'address', 'name'].map((side) => ({ ...example, to: { [side]: word } })) : []),
    ...(name === 'object' ? [{ ...example, object: { apiVersion: 'v1', kind: 'ConfigMap', name: word } }] : []),
    ...(name === 'headers'
      ? [
          { ...example, headers: { [word]: 'x' } },
          { ...example, headers: { x: word } },
        ]
      : []),
  ])
}

function propertiesOf(schema: z.ZodType): readonly string[] {
  const { properties = {}, ...others } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const deeper = [...(others.anyOf ?? []), ...(others.allOf ?? [])].flatMap((one) => Object.keys(one.properties ?? {}))
  return [...new Set([...Object.keys(properties), ...deeper])]
}

test('no parser of any type takes a step upwards or a control character for a path, a name or an address', () => {
  const taken = types.flatMap((type) =>
    WORDS.flatMap((word) =>
      hostile(type, word)
        .filter((parameters) => type.parameters.safeParse(parameters).success)
        .map((parameters) => ({ type: type.type, parameters })),
    ),
  )
  // Free text, which no program is ever given as a word of its own: what is replaced in an answer, and patterns of names.
  const free = ['body', 'headers', 'path', 'method', 'patterns', 'process', 'value', 'message']
  const odd = taken.filter(({ type, parameters }) => {
    const example = exampleOf(types.find((one) => one.type === type) as (typeof types)[number])
    return !Object.keys(parameters).some((name) => free.includes(name) && parameters[name] !== example[name])
  })
  expect(odd).toEqual([])
})

test('what a parser lets through is a word, and is never run', { timeout: 170_000 }, async () => {
  const { client, tenantOfOpen, open, openPods } = stage
  const [pod] = openPods
  if (!pod) throw new Error('there is no pod')
  const taken = types
    .filter(({ cluster }) => cluster?.targets === 'pods')
    .flatMap((type) =>
      WORDS.flatMap((word) => hostile(type, word))
        .filter((parameters) => type.parameters.safeParse(parameters).success)
        .map((parameters) => ({ type: type.type, parameters })),
    )
  expect(taken.length).toBeGreaterThan(10)
  const asked: StoredFault[] = []
  for (const attack of taken)
    asked.push(await ask(tenantOfOpen, open, { ...attack, targets: [podTarget(pod)], durationMs: 500 }))
  for (const fault of asked)
    await untilFault(tenantOfOpen, fault, 'to be over', ({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status: is }) => (type === 'Failed' || type === 'Recovered') && is === 'True',
      ),
    )
  for (const { metadata } of asked) await tenantOfOpen.remove(FAULTS, metadata.name, open)
  expect(await marksOnNodes(stage)).toEqual('')
  expect(await client.get<KubeObject>(NAMESPACES, open)).toBeDefined()
})

test('a volume behind a symbolic link out of the container is not filled', async () => {
  const { client, tenantOfOpen, open } = stage
  const script = `ln -s /proc/1/root/tmp /tmp/${MARK}-link; ln -s ../../../../../../../../tmp /tmp/${MARK}-up; exec sleep 3600`
  const pod = await startPod(client, open, 'links', {}, ['sh', '-c', script])
  for (const path of [
    `/tmp/${MARK}-link`,
    `/tmp/${MARK}-up`,
    `/tmp/${MARK}-up/etc`,
    '/proc/1/root/tmp',
    '/proc/self/cwd',
    '/sys',
  ]) {
    const fault = await ask(tenantOfOpen, open, {
      type: 'disk-fill',
      targets: [podTarget(pod)],
      parameters: { path, size: '1MiB' },
      durationMs: 2_000,
    })
    const seen = await untilFault(tenantOfOpen, fault, 'to be refused', ({ status }) =>
      (status?.conditions ?? []).some(({ type, status: is }) => type === 'Failed' && is === 'True'),
    )
    expect(seen.status?.targets?.[0]?.injectedAt, path).toBeUndefined()
  }
})

test('a script has the rights of its container, and not those of the daemon', async () => {
  const { client, tenantOfOpen, open } = stage
  const pod = await startPod(client, open, 'confined')
  const escapes = [
    `touch /proc/1/root/host-${MARK} && test ! -e /host-${MARK}`,
    'nsenter --target 1 --mount true 2>/dev/null && test "$(readlink /proc/1/ns/mnt)" != "$(readlink /proc/self/ns/mnt)"',
    'mount -t tmpfs none /mnt',
    'test -e /host/cgroup',
    'kill -0 2 2>/dev/null && test "$(cat /proc/2/comm)" = kthreadd',
  ]
  for (const inject of escapes) {
    const parameters = { inject, recover: 'true', proof: 'true' }
    const fault = await ask(tenantOfOpen, open, {
      type: 'script',
      targets: [podTarget(pod)],
      parameters,
      durationMs: 5_000,
    })
    const seen = await untilFault(tenantOfOpen, fault, 'to fail', ({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status: is }) => (type === 'Failed' || type === 'Injected') && is === 'True',
      ),
    )
    expect(seen.status?.targets?.[0]?.phase, inject).toBe('Failed')
  }
})

const manifest = (kind: string, spec: object, apiVersion = 'batch/v1') => ({
  manifests: [{ apiVersion, kind, ...spec }],
})
const job = (spec: object) => ({
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'x', image: 'docker.io/local/static:1' }], ...spec },
    },
  },
})
const privileged = {
  containers: [{ name: 'x', image: 'docker.io/local/static:1', securityContext: { privileged: true } }],
}

test.each<readonly [string, 'apply' | 'patch' | 'job', object]>([
  ['a job with a privileged pod', 'apply', manifest('Job', job(privileged))],
  ['a job on the network of its node', 'apply', manifest('Job', job({ hostNetwork: true }))],
  [
    'a job with the disk of its node',
    'apply',
    manifest('Job', job({ volumes: [{ name: 'x', hostPath: { path: '/' } }] })),
  ],
  ['a role', 'apply', manifest('Role', { rules: [] }, 'rbac.authorization.k8s.io/v1')],
  ['rights in the whole cluster', 'apply', manifest('ClusterRoleBinding', {}, 'rbac.authorization.k8s.io/v1')],
  ['a namespace', 'apply', manifest('Namespace', {}, 'v1')],
  ['a volume of the cluster', 'apply', manifest('PersistentVolume', {}, 'v1')],
  ['a class of the cluster', 'apply', manifest('PriorityClass', { value: 1 }, 'scheduling.k8s.io/v1')],
  ['another fault', 'apply', manifest('Fault', {}, 'seaworthy.dev/v1alpha1')],
  ['a webhook', 'apply', manifest('ValidatingWebhookConfiguration', {}, 'admissionregistration.k8s.io/v1')],
  ['a secret', 'apply', manifest('Secret', { data: {} }, 'v1')],
  [
    'an object of another namespace',
    'apply',
    manifest('ConfigMap', { metadata: { namespace: 'default', name: 'x' } }, 'v1'),
  ],
  ['a privileged Deployment', 'patch', { merge: { spec: { template: { spec: privileged } } } }],
  [
    'a Deployment with the disk of its node',
    'patch',
    { merge: { spec: { template: { spec: { volumes: [{ name: 'x', hostPath: { path: '/' } }] } } } } },
  ],
  [
    'a secret of his own',
    'patch',
    { object: { apiVersion: 'v1', kind: 'Secret', name: 'tenant' }, merge: { data: {} } },
  ],
  [
    'his own rights',
    'patch',
    {
      object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', name: 'tenant' },
      merge: { subjects: [] },
    },
  ],
  [
    'a Service that takes addresses from others',
    'patch',
    { object: { apiVersion: 'v1', kind: 'Service', name: 'web' }, merge: { spec: { externalIPs: ['8.8.8.8'] } } },
  ],
  [
    'his namespace',
    'patch',
    { object: { apiVersion: 'v1', kind: 'Namespace', name: 'default' }, merge: { metadata: { labels: { x: 'y' } } } },
  ],
  [
    'a node',
    'patch',
    { object: { apiVersion: 'v1', kind: 'Node', name: 'node-1' }, merge: { spec: { unschedulable: true } } },
  ],
  [
    'a fault',
    'patch',
    { object: { apiVersion: 'seaworthy.dev/v1alpha1', kind: 'Fault', name: 'x' }, merge: { spec: {} } },
  ],
  ['the namespace of another object', 'patch', { merge: { metadata: { namespace: 'default' } } }],
  ['a privileged pod', 'job', { image: 'docker.io/local/static:1', securityContext: { privileged: true } }],
])('%s is not to be had by %s', async (_, type, parameters) => {
  const { client, tenantOfOpen, open } = stage
  const whole = {
    kind: 'Namespace',
    name: open,
    uid: (await client.get<KubeObject>(NAMESPACES, open))?.metadata.uid ?? '',
  }
  const deployments = await client.list<KubeObject>(
    { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true },
    { namespace: open },
  )
  const [deployment] = deployments
  const target = type === 'patch' ? { kind: 'Deployment', name: 'web', uid: deployment?.metadata.uid ?? '' } : whole
  const fault = await ask(tenantOfOpen, open, {
    type,
    targets: [target],
    parameters: { ...parameters },
    durationMs: 5_000,
  })
  const seen = await untilFault(tenantOfOpen, fault, 'to be refused', ({ status }) =>
    (status?.conditions ?? []).some(({ type: name, status: is }) => name === 'Failed' && is === 'True'),
  )
  expect(seen.status?.targets?.[0]?.injectedAt).toBeUndefined()
  expect(seen.status?.targets?.[0]?.message).toMatch(/\w+/)
})

test('after all of it nobody else has noticed anything', async () => {
  expect(await marksOnNodes(stage)).toEqual('')
  expect(await harmDone(stage)).toEqual([])
})

/** Files and tables that only hostile words could have made: on the nodes, in daemons and controller, in the pod's network. */
async function marksOnNodes({ cluster, client }: Stage): Promise<string> {
  const daemons = await client.list<KubeObject>(
    { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
    { namespace: 'seaworthy-system', labels: 'app.kubernetes.io/component=daemon' },
  )
  const script = `ls -d /tmp/${MARK}* /proc/1/root/tmp/${MARK} /proc/1/root/host-${MARK} 2>/dev/null
    for n in $(ls -d /proc/[0-9]*); do nsenter --net=$n/ns/net nft list tables 2>/dev/null; done | sort -u | grep ${MARK}; true`
  const found = await Promise.all(
    daemons.map(({ metadata }) =>
      kubectl(cluster, '--namespace', 'seaworthy-system', 'exec', metadata.name, '--', 'sh', '-c', script),
    ),
  )
  return found.join('').trim()
}
