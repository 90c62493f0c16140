import { arch, release } from 'node:os'
import { SeaworthyError } from '../../kit/errors.ts'
import { TRAFFIC_CONSUMER } from '../../model/inventory.ts'
import type { Leftover } from '../../model/ledger.ts'
import type { Platform, RunContext } from '../../model/ports.ts'
import type { ProcessSystem } from '../../model/suite.ts'
import { checkProcessPlatform } from './check.ts'
import { createConnectionHolders } from './connection-holders.ts'
import { createExecutor, type Machinery } from './executor.ts'
import { waitForFirstScrapes } from './first-scrapes.ts'
import { linksTo, processInventory } from './inventory.ts'
import { createLinkTable } from './link/link-table.ts'
import { type InstalledPrometheus, installPrometheus } from './prometheus.ts'
import { portName, serviceAddress } from './service-address.ts'
import { ServiceGroup } from './service-group.ts'
import { takeSnapshot } from './snapshot.ts'
import { createStressors } from './stress/stressors.ts'
import { waitReady } from './wait-ready.ts'
import { startWarden } from './warden/warden-client.ts'

/** Who is asked to end gets so long; nobody's data is of value after a run. */
const DOWN_GRACE_MS = 1_000

interface UpState extends Machinery {
  readonly prometheus: InstalledPrometheus | undefined
}

/** The preview as processes of this machine, all children of one warden that ends them when the command line is gone. */
export function createProcessPlatform(context: RunContext): Platform {
  let state: UpState | undefined
  let ended: Promise<readonly Leftover[]> | undefined

  const machinery = (): UpState => {
    if (state && !ended) return state
    throw new SeaworthyError('PLATFORM', 'the preview is not up', { remedy: 'Bring it up first.' })
  }

  return {
    name: 'process',
    check: checkProcessPlatform,
    inventory: async (suite) => processInventory(suite),
    up: async (signal) => {
      const system = processSystem(context)
      state = assemble(context, system)
      await bringUp(state, context, system, signal)
    },
    resolve: (url) => resolveUrl(machinery(), url),
    executor: createExecutor(machinery),
    serviceCounts: () => machinery().links.serviceCounts(),
    snapshot: async () => {
      machinery().warden.ensureAlive()
      return takeSnapshot(machinery())
    },
    prometheusUrl: () => (ended ? undefined : state?.prometheus?.url()),
    detail: () => `processes on ${process.platform} ${release()} ${arch()}`,
    down: async () => {
      ended ??= state ? takeDown(state) : Promise.resolve([])
      return ended
    },
  }
}

function processSystem({ suite }: RunContext): ProcessSystem {
  if (suite.system.platform === 'process') return suite.system
  throw new SeaworthyError('PLATFORM', `${suite.file} describes a preview on Kubernetes`, {
    target: suite.file,
    remedy: 'Describe it under `system.services` to run it as processes.',
  })
}

/** Everything that there is before the first service starts. */
function assemble(context: RunContext, system: ProcessSystem): UpState {
  const warden = startWarden(context)
  const links = createLinkTable()
  const source = context.suite.prometheus
  const prometheus = source?.source.kind === 'install' ? installPrometheus(context, warden, source.scrapeMs) : undefined
  const group: ServiceGroup = new ServiceGroup({
    context,
    system,
    warden,
    links,
    changed: () => prometheus?.scrape(group.replicas),
  })
  return {
    warden,
    links,
    group,
    prometheus,
    stressors: createStressors(context, warden),
    connections: createConnectionHolders(group),
    emit: context.emit,
  }
}

async function bringUp(
  { warden, links, group, prometheus }: UpState,
  context: RunContext,
  system: ProcessSystem,
  signal: AbortSignal,
) {
  for (const service of system.services) {
    for (const facts of linksTo(service, { workload: TRAFFIC_CONSUMER, replica: TRAFFIC_CONSUMER })) {
      const listenPort = facts.to.port === service.ports[0] ? service.listen : undefined
      await links.open(facts, () => group.backends(service.name, facts.to.port), { listenPort })
    }
  }
  signal.throwIfAborted()
  await group.start()
  // After them: what it reads at its start it scrapes at once, and later changes only every 5 s.
  await prometheus?.replica.start()
  const replicas = [...group.replicas, ...(prometheus ? [prometheus.replica] : [])]
  await waitReady({ replicas, withinMs: system.readyMs, emit: context.emit, ensureAlive: warden.ensureAlive }, signal)
  if (!prometheus) return
  const targets = group.replicas.filter(({ spec }) => spec.metrics !== undefined).length
  await waitForFirstScrapes({ url: prometheus.url(), targets, withinMs: system.readyMs, emit: context.emit }, signal)
}

async function takeDown({ warden, links, group, prometheus, connections }: UpState): Promise<readonly Leftover[]> {
  connections.closeAll()
  await Promise.allSettled([group.end(DOWN_GRACE_MS), prometheus?.replica.remove(DOWN_GRACE_MS)])
  const [left] = await Promise.all([warden.end(0), links.close()])
  return left.map((what) => ({ what, why: 'it was killed and did not end', remedy: 'End it by hand with `kill -9`.' }))
}

/** Throws SeaworthyError('PLATFORM') for a port that the service does not have. */
function resolveUrl({ group, links }: UpState, url: string): string {
  const address = serviceAddress(url, group.services)
  if (!address) return url
  const id = `${TRAFFIC_CONSUMER}>${address.service.name}:${portName(address)}`
  const link = links.links().find(({ facts }) => facts.id === id)
  if (link) return `${address.before}${link.address}${address.after}`
  const ports = address.service.ports.join(', ')
  throw new SeaworthyError('PLATFORM', `${url} means a port that ${address.service.name} does not have`, {
    target: url,
    remedy: ports === '' ? 'Give the service `ports`.' : `Its ports are ${ports}.`,
  })
}
