import {
  CONTROLLER_NAME,
  DAEMON_NAME,
  HOST_CGROUP_FOLDER,
  METRICS_PORT,
  READY_PATH,
  STATE_FOLDER,
} from '../../model/cluster/system.ts'
import { fromField, type Installation, labelsOf, type Manifest, selectorOf } from './manifest.ts'

/** Of which the kernel makes the share of a node that is full: whoever must end a fault has to get a turn on a node that one starves. */
const CPU_REQUEST = '50m'

const SCRAPED = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(METRICS_PORT) }

const IDENTITY = [
  fromField('NODE_NAME', 'spec.nodeName'),
  fromField('POD_NAME', 'metadata.name'),
  fromField('POD_NAMESPACE', 'metadata.namespace'),
]

/** Each thread of Node otherwise keeps a part of the memory that it has ever needed to itself. */
const ENVIRONMENT = [...IDENTITY, { name: 'MALLOC_ARENA_MAX', value: '1' }]

/** A second is the shortest period that there is: the first fault waits for the first answer. */
const PROBES = {
  startupProbe: { httpGet: { path: `/${READY_PATH}`, port: 'metrics' }, periodSeconds: 1, failureThreshold: 120 },
  readinessProbe: { httpGet: { path: `/${READY_PATH}`, port: 'metrics' }, periodSeconds: 5, timeoutSeconds: 5 },
  // Slow to give up: a daemon that is restarted while its node is busy with a fault ends that fault too early.
  livenessProbe: {
    httpGet: { path: '/healthz', port: 'metrics' },
    periodSeconds: 10,
    timeoutSeconds: 10,
    failureThreshold: 6,
  },
}

/** On every node, whatever its taints. What it may do and why: docs/design/0006-daemon-privileges.md. */
export function daemonSet(installation: Installation): Manifest {
  const { namespace, image } = installation
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: DAEMON_NAME, namespace, labels: labelsOf(installation, 'daemon') },
    spec: {
      selector: { matchLabels: selectorOf('daemon') },
      // Nodes do not serve each other: one after another would only take longer.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
      template: {
        metadata: { labels: labelsOf(installation, 'daemon'), annotations: SCRAPED },
        spec: {
          serviceAccountName: DAEMON_NAME,
          hostPID: true,
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists' }],
          // Long enough to undo what is on this node; the kernel's own time limits hold if it is not.
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: 'daemon',
              image,
              imagePullPolicy: 'IfNotPresent',
              args: ['daemon'],
              env: ENVIRONMENT,
              ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
              ...PROBES,
              resources: { requests: { cpu: CPU_REQUEST, memory: '64Mi' }, limits: { memory: '512Mi' } },
              securityContext: { privileged: true, runAsUser: 0, runAsGroup: 0, readOnlyRootFilesystem: true },
              volumeMounts: [
                // Without propagation, which wants a shared mount: a node of kind with cgroup v1 has a private one.
                { name: 'cgroup', mountPath: HOST_CGROUP_FOLDER },
                { name: 'state', mountPath: STATE_FOLDER },
                { name: 'tmp', mountPath: '/tmp' },
                // iptables keeps its lock there.
                { name: 'run', mountPath: '/run' },
              ],
            },
          ],
          volumes: [
            { name: 'run', emptyDir: { sizeLimit: '16Mi' } },
            { name: 'cgroup', hostPath: { path: '/sys/fs/cgroup', type: 'Directory' } },
            { name: 'state', hostPath: { path: STATE_FOLDER, type: 'DirectoryOrCreate' } },
            { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
          ],
        },
      },
    },
  }
}

/** One that works; while it is replaced, two, of which one leads. */
export function controllerDeployment(installation: Installation): Manifest {
  const { namespace, image } = installation
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: CONTROLLER_NAME, namespace, labels: labelsOf(installation, 'controller') },
    spec: {
      replicas: 1,
      selector: { matchLabels: selectorOf('controller') },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: labelsOf(installation, 'controller'), annotations: SCRAPED },
        spec: {
          serviceAccountName: CONTROLLER_NAME,
          priorityClassName: 'system-cluster-critical',
          terminationGracePeriodSeconds: 30,
          securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
          // A node that does not answer any more is where faults are: do not wait five minutes to be elsewhere.
          tolerations: ['not-ready', 'unreachable'].map((taint) => ({
            key: `node.kubernetes.io/${taint}`,
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 5,
          })),
          containers: [
            {
              name: 'controller',
              image,
              imagePullPolicy: 'IfNotPresent',
              args: ['controller'],
              env: ENVIRONMENT,
              ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
              ...PROBES,
              resources: { requests: { cpu: CPU_REQUEST, memory: '64Mi' }, limits: { memory: '256Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
        },
      },
    },
  }
}
