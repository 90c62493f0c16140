import * as z from 'zod'
import { ratio } from '../kit/scalars.ts'
import { defineClusterFault } from './define-fault.ts'
import { clusterEffect } from './parts/cluster-effect.ts'
import { ON_PACKETS } from './parts/cluster-kinds.ts'
import {
  httpPortsKey,
  ownGot,
  REDIRECT_ENDS,
  REDIRECTED,
  redirectHttp,
  spokenHits,
  spokenOwn,
} from './parts/http-cluster.ts'
import { spokenMatch } from './parts/http-match.ts'
import { spokenOther, toSchema } from './parts/links.ts'

/** In the order of their codes, from 1: https://grpc.io/docs/guides/status-codes/ */
const STATUSES = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

const parameters = z.lazy(() =>
  z.strictObject({
    path: z
      .string()
      .max(1_024)
      .regex(/^[/*]\S*$/, { error: 'A path begins with / or *, such as /shop.Cart/*.' })
      .optional()
      .describe(
        'Only calls with this path, `/package.Service/Method`; `*` stands for any run of characters. Default: every call.',
      ),
    share: ratio
      .prefault('100%')
      .describe("Share of the matching calls that is hit, drawn with the run's seed. Default: 100%."),
    status: z.enum(STATUSES).default('UNAVAILABLE').describe('gRPC status to answer with. Default: UNAVAILABLE.'),
    message: z
      .string()
      .regex(/^[\x20-\x7e]{0,256}$/, { error: 'A message is one line of plain text.' })
      .default('fault injected')
      .describe('Message of the status. Default: fault injected.'),
    to: toSchema.describe(
      "The target's calls to this other side: `{workload: db}`. Default: the calls that the target itself gets.",
    ),
    ports: httpPortsKey(),
  }),
)

/** Answers gRPC calls in the target's place, with an error. */
export const grpcAbort = defineClusterFault<z.infer<typeof parameters>>({
  type: 'grpc-abort',
  group: 'application',
  summary: 'Answers gRPC calls with an error status before they reach the service.',
  notes: {
    mechanism: `${REDIRECTED} The proxy speaks HTTP/2 without TLS and answers the calls that match with a status alone.`,
    proof: 'At least one call was hit: one of the traffic, or one of our own that got the status and did not before.',
    ends: REDIRECT_ENDS,
    example: '{type: grpc-abort, target: {workload: api}, path: /shop.Cart/*, share: 10%, status: UNAVAILABLE}',
  },
  parameters,
  searchable: { share: 'ratio' },
  defaultMode: 'all',
  cluster: {
    ...ON_PACKETS,
    recipe: ({ path, share, status, message, to, ports }, facts) =>
      redirectHttp(
        { rule: 'grpc-abort', status: codeOf(status), message },
        { path, method: undefined, share },
        { to, ports },
        facts,
      ),
    effect: ({ status }, targets) =>
      clusterEffect(targets, 'http', ({ before, under }) => ({
        effective: (under.hit ?? 0) > 0 || ownGot(`grpc ${codeOf(status)}`, under, before),
        seen: `${spokenHits(under)}; ${spokenOwn(under)}`,
      })),
  },
  describe: ({ status, path, share, to }) => `${status}${spokenMatch({ path, share })}${spokenOther(to)}`,
})

function codeOf(status: (typeof STATUSES)[number]): number {
  return STATUSES.indexOf(status) + 1
}
