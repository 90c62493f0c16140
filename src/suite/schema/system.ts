import * as z from 'zod'
import { durationMs } from '../../kit/scalars.ts'
import {
  environmentSchema,
  exactlyOne,
  labelsSchema,
  listOf,
  optionalWith,
  portNameSchema,
  serviceNameSchema,
  someText,
  text,
  urlPathSchema,
  workloadSchema,
} from './parts.ts'

const readySchema = exactlyOne(
  {
    http: z
      .strictObject({
        path: urlPathSchema.describe('Path that answers with a status of 200 to 399 when the replica is ready.'),
        port: portNameSchema.optional().describe('Name of the port that is asked. Default: the first of ports.'),
      })
      .optional()
      .describe('Ready when this path answers with a status of 200 to 399.'),
    tcp: z
      .strictObject({
        port: portNameSchema.optional().describe('Name of the port that is connected to. Default: the first of ports.'),
      })
      .optional()
      .describe('Ready when a connection to the port can be opened.'),
    log: someText('a part of a log line', 'listening')
      .optional()
      .describe('Ready when the replica has written a line that contains this text.'),
  },
  ['http', 'tcp', 'log'],
)

const restartSchema = z.strictObject({
  policy: optionalWith(z.enum(['always', 'never']), 'always', 'Whether a replica that ended is started again.'),
  backoff: optionalWith(durationMs, '500ms', 'Wait before the first restart; it doubles with each one that follows.'),
  'max-backoff': optionalWith(durationMs, '10s', 'Longest wait before a restart.'),
})

const serviceSchema = z.strictObject({
  command: someText('a command', 'node server.js').describe(
    'Shell command that starts one replica. It must listen on the port in PORT (or PORT_HTTP, PORT_PEER… by port name).',
  ),
  directory: optionalWith(
    someText('a folder', '.'),
    '.',
    "Folder that the command runs in, relative to the suite's own.",
  ),
  replicas: optionalWith(
    z.int().min(1).max(100),
    1,
    'How many replicas run behind the load-balanced address of the service, from 1 to 100.',
  ),
  env: optionalWith(
    environmentSchema,
    {},
    'Environment variables for every replica; the ones that tell ports and addresses are added.',
  ),
  ports: optionalWith(
    listOf(portNameSchema, 1),
    ['http'],
    'Names of the ports; the first is the one that `http://<service>/` means and PORT tells.',
  ),
  listen: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe("Fixed local port of the service's address. Default: any free one."),
  ready: optionalWith(readySchema, { tcp: {} }, 'How to tell that a replica is ready: http, tcp or log.'),
  restart: optionalWith(restartSchema, {}, 'What happens when a replica ends.'),
  uses: optionalWith(
    listOf(serviceNameSchema),
    [],
    'Services that this one calls, each through a link of its own, told in `<NAME>_URL` and `<NAME>_ADDRESS`, so that a fault can hit one link.',
  ),
  labels: optionalWith(labelsSchema, {}, 'Labels by which faults may choose this service.'),
  metrics: urlPathSchema.optional().describe('Path of Prometheus metrics on the first port. Default: it has none.'),
})

/** More than any namespace has; each gets a name in the plan. */
const MOST_PODS = 10_000

const deploySchema = z.lazy(() =>
  z.strictObject({
    images: optionalWith(
      listOf(someText('an image', 'shop:ci')),
      [],
      'Images of this machine that are loaded into a kind cluster.',
    ),
    manifests: optionalWith(
      listOf(someText('a file or folder', 'k8s/')),
      [],
      "Files or folders of manifests, relative to the suite's folder, applied on the server side.",
    ),
    command: someText('a command', 'make deploy')
      .optional()
      .describe('Shell command that deploys the preview; it is given KUBECONFIG and NAMESPACE. Default: none.'),
    brings: z
      .record(workloadSchema, z.int().min(1).max(MOST_PODS))
      .optional()
      .register(z.globalRegistry, {
        description:
          'How many pods each workload has once the command has run, by the names in workloads: the plan is made before it runs, and counts these. Another number ends the run before anything is broken. Default: none.',
        examples: [{ 'Deployment/web': 2 }],
      }),
  }),
)

export const systemSchema = z.strictObject({
  services: z
    .record(serviceNameSchema, serviceSchema)
    .optional()
    .describe('Services by name, started as processes on this machine. Either this or namespace and workloads.'),
  namespace: text(
    'a namespace',
    /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
    'small letters, digits and dashes, at most 63',
    'shop-pr-17',
    `\${PREVIEW_NAMESPACE}`,
  )
    .optional()
    .describe('Kubernetes namespace of the preview.'),
  cluster: z
    .enum(['connect', 'kind'])
    .optional()
    .describe(
      'Which cluster: connect to the one that kubeconfig names, or make one with kind and delete it at the end. Default: connect.',
    ),
  workloads: listOf(workloadSchema, 1)
    .optional()
    .describe(
      'The only workloads that may be hurt. Required with namespace (such as Deployment/web). Default: with services, all of them.',
    ),
  deploy: deploySchema.optional().describe('How to bring the preview up first. Default: it is already there.'),
  ready: durationMs
    .optional()
    .describe(
      'How long everything together may take to become ready. Default: 30s with services, 120s with namespace.',
    ),
})
export type SystemInput = z.output<typeof systemSchema>
