import { systemClock } from '../../kit/clock.ts'
import { median } from '../../kit/statistics/median.ts'
import type { LinkMatch, Reading, ReplicaState } from '../../model/recipe.ts'
import { linkMatches } from './link/link-match.ts'
import type { LinkTable, ProbeAnswer } from './link/link-types.ts'
import type { Replica } from './replica.ts'
import { replicaProcesses } from './replica-processes.ts'
import type { ServiceGroup } from './service-group.ts'

type ReadingOf<Kind extends Reading['probe']> = Extract<Reading, { readonly probe: Kind }>
type Answers = ReadingOf<'link-rule'>['answers']

/** More at once would measure the queue in front of the service. */
const AT_ONCE = 4

/** The state of a replica, or of the first of its processes whose command line contains a text. `replica` undefined: scaled away. */
export async function readReplicaState(
  name: string,
  replica: Replica | undefined,
  text: string | undefined,
): Promise<ReplicaState> {
  const [main] = replica ? await replicaProcesses(replica, text) : []
  return {
    replica: name,
    pid: main?.pid,
    startedAt: main?.startedAtMs,
    state: main === undefined ? 'gone' : main.stopped ? 'stopped' : 'running',
    ready: replica?.ready ?? false,
    restarts: replica?.restarts ?? 0,
  }
}

/** Asks the readiness checks of replicas in turn, `attempts` times in all and each of them at least once. */
export async function readReplicaAnswers(
  replicas: readonly Replica[],
  attempts: number,
  timeoutMs: number,
): Promise<ReadingOf<'replica-answers'>> {
  const answers = await inTurn(replicas, attempts, async (replica) => {
    const start = systemClock.monotonic()
    // A line of log that was once seen is no answer of a process that is gone.
    const answer = replica.current ? await replica.ask(timeoutMs) : { ready: false }
    return { answered: answer.ready, ms: systemClock.monotonic() - start }
  })
  const good = answers.filter(({ answered }) => answered)
  return {
    probe: 'replica-answers',
    attempts: answers.length,
    answered: good.length,
    medianMs: median(good.map(({ ms }) => ms)),
  }
}

/** Asks the service behind each matching link as its consumer would, in turn, `attempts` times in all and each link at least once. */
export async function readLinkAnswers(
  table: LinkTable,
  group: ServiceGroup,
  match: LinkMatch,
  attempts: number,
  timeoutMs: number,
): Promise<Answers> {
  const links = table.links().filter(({ facts }) => linkMatches(match, facts) && group.isAsked(facts))
  const answers = await inTurn(links, attempts, ({ facts }) =>
    table.probe(facts.id, { path: group.readyPath(facts.to), timeoutMs }),
  )
  const good = answers.filter(({ answered }) => answered)
  return {
    attempts: answers.length,
    answered: good.length,
    medianMs: median(good.map(({ ms }) => ms)),
    statuses: statusesOf(answers),
  }
}

function statusesOf(answers: readonly ProbeAnswer[]): Readonly<Record<string, number>> {
  const statuses: Record<string, number> = {}
  for (const { status } of answers) if (status !== undefined) statuses[status] = (statuses[status] ?? 0) + 1
  return statuses
}

/** Asks each in turn until there were enough, a few at the same time. */
async function inTurn<Asked, Answer>(
  asked: readonly Asked[],
  attempts: number,
  ask: (one: Asked) => Promise<Answer>,
): Promise<readonly Answer[]> {
  if (asked.length === 0) return []
  const turns = Array.from(
    { length: Math.max(attempts, asked.length) },
    (_, index) => asked[index % asked.length] as Asked,
  )
  const answers: Answer[] = []
  const next = async (): Promise<void> => {
    const one = turns.shift()
    if (one === undefined) return
    answers.push(await ask(one))
    return next()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
  return answers
}
