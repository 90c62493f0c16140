import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import { runController } from '../../controller/run-controller.ts'
import type { ClusterFaultType } from '../../controller/setting.ts'
import { FAULT_TYPES } from '../../faults/registry.ts'
import { systemClock } from '../../kit/clock.ts'
import { collectGarbage, keepCodeSmall, keepHeapSmall } from '../../kit/small-heap.ts'
import { VERSION } from '../../kit/version.ts'
import { createKubeClient } from '../../kube/create-kube-client.ts'
import { loadConnection } from '../../kube/load-connection.ts'
import { SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import { METRICS_PORT } from '../../model/cluster/system.ts'
import type { Invocation } from '../invocation.ts'

keepHeapSmall()
keepCodeSmall()

/** Many faults may begin at once, and each has several requests. */
const REQUESTS_PER_SECOND = 200
/** There is one, and faults wait for it: it is there again as soon as the server is. */
const BACKOFF = { firstMs: 100, longestMs: 1_000 }

/** Works until SIGTERM, and ends with 0 when another one may lead. A mistake of its own ends the process: its Deployment starts it again. */
export async function controllerCommand(_: Invocation): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`)
  const client = createKubeClient(await loadConnection({ env: process.env }), {
    userAgent: `seaworthy-controller/${VERSION}`,
    ratePerSecond: REQUESTS_PER_SECOND,
    burst: REQUESTS_PER_SECOND * 2,
    backoff: BACKOFF,
    onTrouble: log,
  })
  try {
    await runController(
      {
        client,
        clock: systemClock,
        namespace: process.env.POD_NAMESPACE ?? SYSTEM_NAMESPACE,
        identity: process.env.POD_NAME ?? hostname(),
        faultTypes: FAULT_TYPES.filter(
          (type): type is (typeof FAULT_TYPES)[number] & ClusterFaultType => type.cluster !== undefined,
        ),
        port: METRICS_PORT,
        lookup: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
        residentBytes: () => process.memoryUsage.rss(),
        onTrouble: log,
        onLine: log,
        onQuiet: collectGarbage,
      },
      stop.signal,
    )
    return 0
  } catch (error) {
    if (stop.signal.aborted) return 0
    throw error
  } finally {
    client.close()
  }
}
