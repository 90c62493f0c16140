import { createBuiltinEngine } from '../engine/builtin.ts'
import { FAULT_TYPES } from '../faults/registry.ts'
import { SeaworthyError } from '../kit/errors.ts'
import type { Observer } from '../model/ports.ts'
import { createObserver } from '../observe/create-observer.ts'
import { queryScalar } from '../observe/prometheus/query-scalar.ts'
import { createProcessPlatform } from '../platform/process/process-platform.ts'
import { createTraffic } from '../traffic/create-traffic.ts'
import { prometheusUrl, tokenOf } from './prometheus.ts'
import type { Session } from './session.ts'
import type { SessionInput } from './session-input.ts'

/** Makes the adapters of one run; nothing is started yet. */
export async function openSession(input: SessionInput): Promise<Session> {
  const { planned, clock } = input
  const { suite, inventory, plan } = planned
  const parts = await openParts(input)
  const { platform, traffic } = parts
  const scrapeMs = suite.prometheus?.scrapeMs ?? plan.sliceMs
  const token = tokenOf(suite, input.tokens)
  const placeholders = { namespace: suite.system.platform === 'kubernetes' ? suite.system.namespace : suite.name }
  const prometheus = () => {
    const url = prometheusUrl(suite, platform)
    return url === undefined ? undefined : { url, token, scrapeMs, clock }
  }
  return {
    ...input,
    ...parts,
    plan,
    inventory,
    faultTypes: FAULT_TYPES,
    observer: laterObserver(() =>
      createObserver({ traffic, prometheusUrl: prometheus()?.url, scrapeMs, token, clock, placeholders }),
    ),
    prometheus,
    queryScalar: async (query) => {
      const setting = prometheus()
      return setting && (await queryScalar({ ...setting, placeholders }, query)).value
    },
    scrapeMs,
  }
}

type Parts = Pick<Session, 'context' | 'platform' | 'engine' | 'traffic' | 'cluster'>

async function openParts(input: SessionInput): Promise<Parts> {
  const { suite, cluster } = input.planned
  if (suite.system.platform === 'process') return processParts(input)
  const { openClusterParts, openKindParts } = await import('./cluster/cluster-session.ts')
  if (suite.system.cluster === 'kind') return openKindParts(input, suite.system)
  if (!cluster) throw new SeaworthyError('INTERNAL', 'the suite is for a cluster, and none was opened')
  return openClusterParts(input, cluster, suite.system)
}

function processParts({ context, planned, clock }: SessionInput): Parts {
  const { suite, inventory, plan } = planned
  const platform = createProcessPlatform(context)
  return {
    context,
    platform,
    engine: createBuiltinEngine({
      executor: platform.executor,
      ledger: context.ledger,
      clock,
      inventory,
      emit: context.emit,
    }),
    traffic: createTraffic(suite.traffic, {
      ...context,
      resolve: platform.resolve,
      seed: plan.seed,
      clock,
      services: inventory.workloads.map(({ name }) => name),
    }),
    cluster: undefined,
  }
}

/** An observer that is made when it is first asked: a Prometheus that the platform starts has no address before that. */
function laterObserver(make: () => Observer): Observer {
  let observer: Observer | undefined
  return {
    measure: (objective, span) => {
      observer ??= make()
      return observer.measure(objective, span)
    },
  }
}
