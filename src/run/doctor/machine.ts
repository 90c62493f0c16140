import { createServer } from 'node:net'
import { messageOf } from '../../kit/errors.ts'
import type { Finding } from '../../model/diagnosis.ts'
import type { Suite } from '../../model/suite.ts'
import { findK6 } from '../../traffic/find-k6.ts'
import { notesOf } from './finding.ts'

/** What the entry knows of the machine that this program runs on. */
export interface Host {
  /** `24.21.0` */
  readonly node: string
  readonly system: string
  readonly architecture: string
  readonly isRoot: boolean
}

const OLDEST_NODE = 24
const PRIVILEGED_BELOW = 1_024

const notes = notesOf('machine')

/** What this machine can do for the suite: the runtime, local ports, programs. Listens for a moment, and changes nothing. */
export async function machineFindings(
  host: Host,
  suite: Suite | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  return [
    nodeFinding(host),
    systemFinding(host, suite),
    ...(await portFindings(host, suite)),
    ...k6Findings(suite, environment),
  ]
}

function nodeFinding({ node }: Host): Finding {
  const isNew = Number(node.split('.')[0]) >= OLDEST_NODE
  if (isNew) return notes.ok('Node.js', `${node}, and ${OLDEST_NODE} or newer is needed`)
  return notes.problem('Node.js', `${node} is too old`, `Use Node.js ${OLDEST_NODE} or newer.`)
}

function systemFinding({ system, architecture, isRoot }: Host, suite: Suite | undefined): Finding {
  const who = isRoot ? 'as root, which no run needs' : 'not as root, as it should be'
  const processes = system === 'win32' ? 'previews as processes need Linux or macOS' : 'can run previews as processes'
  const isNeeded = suite === undefined || suite.system.platform === 'process'
  return notes.ok('system', `${system} ${architecture}, ${who}${isNeeded ? `; ${processes}` : ''}`)
}

/** Free ports of the loopback, and the fixed ones that the suite names. */
async function portFindings({ isRoot }: Host, suite: Suite | undefined): Promise<readonly Finding[]> {
  const free = await trouble(0)
  const services = suite?.system.platform === 'process' ? suite.system.services : []
  const fixed = services.flatMap(({ name, listen }) => (listen === undefined ? [] : [{ name, port: listen }]))
  const taken = await Promise.all(fixed.map(async ({ name, port }) => ({ name, port, why: await trouble(port) })))
  return [
    free === undefined
      ? notes.ok('local ports', 'free ones can be listened on')
      : notes.problem(
          'local ports',
          `none can be listened on: ${free}`,
          'Allow 127.0.0.1 in the sandbox of this process.',
        ),
    ...taken.map(({ name, port, why }) => {
      if (why === undefined) return notes.ok(`port ${port}`, `free for ${name}`)
      const remedy =
        port < PRIVILEGED_BELOW && !isRoot
          ? `Give ${name} another \`listen\`: ports below ${PRIVILEGED_BELOW} are for root alone.`
          : `End what listens there, or give ${name} another \`listen\`.`
      return notes.problem(`port ${port}`, `cannot be had for ${name}: ${why}`, remedy)
    }),
  ]
}

/** Why a port of the loopback cannot be listened on; 0 is any. */
function trouble(port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once('error', (error) => resolve(messageOf(error)))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)))
  return promise
}

function k6Findings(
  suite: Suite | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  if (suite?.traffic.kind !== 'k6') return []
  const found = findK6(environment.PATH)
  if (found !== undefined) return [notes.ok('k6', found)]
  return [
    notes.problem(
      'k6',
      'traffic.k6 needs the program k6, and there is none on the PATH',
      'Install it (grafana.com/docs/k6/latest/set-up/install-k6), or use `traffic.http`.',
    ),
  ]
}
