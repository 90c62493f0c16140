import { isIP } from 'node:net'
import { startDaemon } from '../../daemon/daemon.ts'
import { openBootClock } from '../../daemon/journal/boot-clock.ts'
import { createNodeTools } from '../../daemon/mechanisms.ts'
import { FAULT_TYPES } from '../../faults/registry.ts'
import { systemClock } from '../../kit/clock.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { collectGarbage, keepCodeSmall, keepHeapSmall } from '../../kit/small-heap.ts'
import { createKubeClient } from '../../kube/create-kube-client.ts'
import { loadConnection } from '../../kube/load-connection.ts'
import { SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import { HOST_CGROUP_FOLDER, METRICS_PORT, STATE_FOLDER } from '../../model/cluster/system.ts'
import { helperCommand } from '../helper-command.ts'
import type { Invocation } from '../invocation.ts'

const HIGHEST_PORT = 65_535
/** Below the 30 s after which a kubelet kills what it has asked to stop. */
const STOP_MS = 25_000
/** Many faults may begin at once, and each tells its beginning in one request. */
const REQUESTS_PER_SECOND = 200
/** It undoes what is over without the server; what it has to tell is waited for. There is one on every node. */
const BACKOFF = { firstMs: 200, longestMs: 2_000 }

/** `seaworthy daemon`: runs until it is told to stop, then undoes everything that is on. */
export async function daemonCommand({ flags }: Invocation): Promise<number> {
  keepHeapSmall()
  keepCodeSmall()
  const nodeName = required('node', flags.node ?? process.env.NODE_NAME)
  const stateFolder = flags.state ?? STATE_FOLDER
  const cgroupRoot = flags['cgroup-root'] ?? HOST_CGROUP_FOLDER
  const onTrouble = (line: string) => log(line)
  const connection = await loadConnection({ kubeconfig: flags.kubeconfig, context: flags.context, env: process.env })
  const client = createKubeClient(connection, {
    ratePerSecond: REQUESTS_PER_SECOND,
    burst: REQUESTS_PER_SECOND * 2,
    backoff: BACKOFF,
    onTrouble,
  })
  const told = stopped()
  const daemon = await startDaemon({
    client,
    tools: createNodeTools({ cgroupRoot, stateFolder, helperCommand: helperCommand() }),
    faultTypes: FAULT_TYPES,
    clock: systemClock,
    boot: await openBootClock(),
    nodeName,
    namespace: flags.namespace ?? process.env.POD_NAMESPACE ?? SYSTEM_NAMESPACE,
    stateFolder,
    cgroupRoot,
    helperCommand: helperCommand(),
    metrics: { host: address(flags['metrics-address']), port: port(flags['metrics-port']) },
    onQuiet: collectGarbage,
    log,
  })
  log(`is told to stop by ${await told}, and undoes what is on`)
  await daemon.stop(STOP_MS)
  client.close()
  return 0
}

/** One JSON object a line: what a cluster's logs are collected as. */
function log(message: string): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), message })}\n`)
}

function stopped(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM')).once('SIGINT', () => resolve('SIGINT'))
  })
}

function required(name: string, value: string | undefined): string {
  if (value) return value
  throw new SeaworthyError('INPUT', `--${name} is missing`, {
    remedy: `Give it, or set ${name.toUpperCase()}_NAME as the DaemonSet does.`,
  })
}

function port(text = String(METRICS_PORT)): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= HIGHEST_PORT) return value
  throw new SeaworthyError('INPUT', `--metrics-port: found ${JSON.stringify(text)}, expected a port`)
}

function address(text = '0.0.0.0'): string {
  if (isIP(text) !== 0) return text
  throw new SeaworthyError('INPUT', `--metrics-address: found ${JSON.stringify(text)}, expected an IP address`)
}
