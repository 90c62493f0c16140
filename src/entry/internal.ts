/**
 * The hidden side of the program: `seaworthy internal …` is how it starts itself again as one of its own helpers.
 * Each is loaded only when it is asked for.
 */
const HELPERS: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  warden: async () => {
    const { runWarden } = await import('../platform/process/warden/warden.ts')
    return runWarden(pipes())
  },
  'stress-cpu': async (words) => {
    const { runStressCpu } = await import('../platform/process/stress/stress-helper.ts')
    await runStressCpu(words, pipes())
    return 0
  },
  'stress-memory': async (words) => {
    const { runStressMemory } = await import('../platform/process/stress/stress-helper.ts')
    await runStressMemory(words, pipes())
    return 0
  },
  /** In a pod's network namespace, for as long as it has faults. */
  'http-proxy': async () => {
    const { runHttpProxy } = await import('../daemon/proxy/http/http-proxy.ts')
    return runHttpProxy(pipes())
  },
  'dns-responder': async () => {
    const { runDnsResponder } = await import('../daemon/proxy/dns/dns-responder.ts')
    return runDnsResponder(pipes())
  },
  'pod-probe': async (words) => {
    const { runPodProbe } = await import('../daemon/proxy/probe/pod-probe.ts')
    return runPodProbe(words, pipes())
  },
  connections: async (words) => {
    const { runConnections } = await import('../daemon/connections/connections-helper.ts')
    return runConnections(words, pipes())
  },
  /** Decides the packets of all queues of a node. */
  'packet-engine': async () => {
    const { runPacketEngine } = await import('../daemon/network/packets/packet-engine.ts')
    return runPacketEngine(pipes())
  },
  /** The life of a traffic pod. */
  traffic: async () => {
    const { generateTraffic } = await import('../traffic/cluster/generate.ts')
    const stop = new AbortController()
    process.once('SIGTERM', () => stop.abort())
    return generateTraffic(
      process.env.SEAWORTHY_TRAFFIC ?? '',
      (line) => process.stdout.write(`${line}\n`),
      stop.signal,
    )
  },
  /** The life of a pod that asks one address for a check. */
  check: async () => {
    const { answerCheck } = await import('../run/cluster/answer-check.ts')
    const stop = new AbortController()
    process.once('SIGTERM', () => stop.abort())
    return answerCheck(process.env.SEAWORTHY_CHECK ?? '', (line) => process.stdout.write(`${line}\n`), stop.signal)
  },
  /** Beside k6 in its pod. */
  'k6-relay': async ([pipe = '']) => {
    const { relayK6 } = await import('../traffic/cluster/k6-relay.ts')
    const stop = new AbortController()
    process.once('SIGTERM', () => stop.abort())
    return relayK6(pipe, (line) => process.stdout.write(`${line}\n`), stop.signal)
  },
  /** What to scrape, told to the Prometheus of a run. */
  targets: async ([port]) => {
    const { serveTargets } = await import('../observe/cluster/target-server.ts')
    const { server } = await serveTargets(Number(port), process.env.SEAWORTHY_TARGETS_TOKEN ?? '')
    return new Promise((resolve) => {
      process.once('SIGTERM', () => resolve(0))
      server.once('close', () => resolve(1))
    })
  },
}

const USAGE = 2
const SOMETHING_LEFT = 4

/** Runs a helper to its end and leaves the process: `warden`, `stress-cpu RATIO`, `stress-memory BYTES`. */
export async function runInternal([name = '', ...words]: readonly string[]): Promise<never> {
  const helper = HELPERS[name]
  if (!helper) {
    process.stderr.write(`seaworthy: there is no helper ${JSON.stringify(name)}\n`)
    process.exit(USAGE)
  }
  // Whatever is still open, such as the pipe of a process that cannot be killed, must not keep a helper alive.
  process.exit((await helper(words)) === 0 ? 0 : SOMETHING_LEFT)
}

function pipes() {
  return { input: process.stdin, output: process.stdout }
}
