import { createBuiltinEngine } from '../engine/builtin.ts'
import { FAULT_TYPES } from '../faults/registry.ts'
import type { Clock } from '../kit/clock.ts'
import type { Observer, RunContext } from '../model/ports.ts'
import { createObserver } from '../observe/create-observer.ts'
import { queryScalar } from '../observe/prometheus/query-scalar.ts'
import { createProcessPlatform } from '../platform/process/process-platform.ts'
import { createTraffic } from '../traffic/create-traffic.ts'
import type { PlannedRun } from './make-plan.ts'
import { prometheusUrl, tokenOf } from './prometheus.ts'
import type { Session } from './session.ts'

export interface SessionInput {
  readonly context: RunContext
  readonly planned: PlannedRun
  readonly clock: Clock
  readonly cancelled: AbortSignal
  readonly tokens: Readonly<Record<string, string | undefined>>
  readonly readiness: Session['readiness']
}

/** Makes the adapters of one run; nothing is started yet. */
export function openSession(input: SessionInput): Session {
  const { context, planned, clock } = input
  const { suite, inventory, plan } = planned
  const platform = createProcessPlatform(context)
  const services = inventory.workloads.map(({ name }) => name)
  const traffic = createTraffic(suite.traffic, {
    ...context,
    resolve: platform.resolve,
    seed: plan.seed,
    clock,
    services,
  })
  const scrapeMs = suite.prometheus?.scrapeMs ?? plan.sliceMs
  const token = tokenOf(suite, input.tokens)
  const placeholders = { namespace: suite.name }
  const prometheus = () => {
    const url = prometheusUrl(suite, platform)
    return url === undefined ? undefined : { url, token, scrapeMs, clock }
  }
  return {
    ...input,
    plan,
    inventory,
    faultTypes: FAULT_TYPES,
    platform,
    engine: createBuiltinEngine({
      executor: platform.executor,
      ledger: context.ledger,
      clock,
      inventory,
      emit: context.emit,
    }),
    traffic,
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
