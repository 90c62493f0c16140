import type { Executor } from '../../src/model/ports.ts'
import type { Action, LinkMatch, LinkRule, Probe, Reading, Stress } from '../../src/model/recipe.ts'

interface ModelReplica {
  pid: number
  startedAt: number
  held: boolean
  stopped: boolean
}

interface ModelRule {
  readonly links: LinkMatch
  readonly rule: LinkRule
}

/**
 * A platform in memory that does what the contract of each action says and nothing else. Tests make single actions fail or hang,
 * and read its state.
 */
export class ModelExecutor implements Executor {
  readonly replicas = new Map<string, ModelReplica>()
  readonly counts = new Map<string, number>()
  readonly rules = new Map<string, ModelRule>()
  readonly stress = new Map<string, Stress>()
  readonly connections = new Map<string, number>()
  readonly done: Action[] = []
  /** Asked before each action; may throw, or wait. */
  before: (action: Action) => void | Promise<void> = () => undefined
  /** May change what a probe sees. */
  see: (reading: Reading) => Reading = (reading) => reading
  /** Actions that are said to be done and are not. */
  ignore: (action: Action) => boolean = () => false
  crossed = 0
  readonly #suite: Readonly<Record<string, number>>
  #nextPid = 100

  constructor(workloads: Readonly<Record<string, number>>) {
    this.#suite = workloads
    for (const [workload, count] of Object.entries(workloads)) {
      this.counts.set(workload, count)
      for (let n = 1; n <= count; n++) this.replicas.set(`${workload}-${n}`, this.#started())
    }
  }

  #started(): ModelReplica {
    this.#nextPid++
    return { pid: this.#nextPid, startedAt: this.#nextPid, held: false, stopped: false }
  }

  /** All that a fault may leave behind; which process a replica is does not count. */
  state(): unknown {
    return {
      replicas: [...this.replicas].map(([name, { held, stopped }]) => ({ name, held, stopped })),
      counts: Object.fromEntries(this.counts),
      rules: [...this.rules.keys()].sort(),
      stress: [...this.stress.keys()].sort(),
      connections: [...this.connections.keys()].sort(),
    }
  }

  readonly run = async (action: Action): Promise<void> => {
    await this.before(action)
    this.done.push(action)
    if (!this.ignore(action)) this.#do(action)
  }

  #do(action: Action): void {
    switch (action.do) {
      case 'signal':
        this.#signal(this.#replica(action.replica), action.signal)
        return
      case 'hold':
        this.#replica(action.replica).held = true
        return
      case 'release': {
        const replica = this.#replica(action.replica)
        if (replica.held) Object.assign(replica, this.#started())
        return
      }
      case 'scale':
        this.counts.set(action.workload, action.replicas ?? this.#suite[action.workload] ?? 0)
        return
      case 'add-link-rule':
        this.rules.set(action.id, { links: action.links, rule: action.rule })
        return
      case 'remove-link-rule':
        this.rules.delete(action.id)
        return
      case 'start-stress':
        this.stress.set(action.id, action.stress)
        return
      case 'stop-stress':
        this.stress.delete(action.id)
        return
      case 'open-connections':
        this.connections.set(action.id, action.count)
        return
      case 'close-connections':
        this.connections.delete(action.id)
    }
  }

  #signal(replica: ModelReplica, signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void {
    if (replica.held) return
    if (signal === 'SIGSTOP') replica.stopped = true
    else if (signal === 'SIGCONT') replica.stopped = false
    else Object.assign(replica, { ...this.#started(), stopped: replica.stopped })
  }

  #replica(name: string): ModelReplica {
    const replica = this.replicas.get(name)
    if (!replica) throw new Error(`there is no replica ${name}`)
    return replica
  }

  readonly read = async (probe: Probe): Promise<Reading> => this.see(this.#read(probe))

  #read(probe: Probe): Reading {
    switch (probe.probe) {
      case 'replica-state':
        return { probe: 'replica-state', replicas: probe.replicas.map((name) => this.#stateOf(name)) }
      case 'replica-answers': {
        const up = probe.replicas.filter((name) => !this.#replica(name).held && !this.#replica(name).stopped).length
        const answered = up === probe.replicas.length ? probe.attempts : 0
        return { probe: 'replica-answers', attempts: probe.attempts, answered, medianMs: answered > 0 ? 1 : undefined }
      }
      case 'link-answers':
        return { probe: 'link-answers', ...this.#answers(undefined, probe.attempts) }
      case 'link-rule':
        return this.#ruleReading(probe.id, probe.attempts)
      case 'replica-count': {
        const running = this.counts.get(probe.workload) ?? 0
        return { probe: 'replica-count', running, ready: running }
      }
      case 'stress': {
        const stress = this.stress.get(probe.id)
        const cores = stress?.kind === 'cpu' ? stress.workers * stress.loadRatio : 0
        return {
          probe: 'stress',
          running: stress?.workers ?? 0,
          cores,
          bytes: stress?.kind === 'memory' ? stress.workers * stress.bytes : 0,
        }
      }
      case 'connections':
        return { probe: 'connections', open: this.connections.get(probe.id) ?? 0, refused: 0 }
    }
  }

  #stateOf(name: string) {
    const { pid, startedAt, held, stopped } = this.#replica(name)
    const state = held ? ('gone' as const) : stopped ? ('stopped' as const) : ('running' as const)
    return {
      replica: name,
      pid: held ? undefined : pid,
      startedAt: held ? undefined : startedAt,
      state,
      ready: state === 'running',
      restarts: 0,
    }
  }

  #ruleReading(id: string, attempts: number): Reading {
    const rule = this.rules.get(id)?.rule
    const traffic = rule === undefined ? 0 : 10
    const delayed =
      rule?.rule === 'delay'
        ? rule.latencyMs
        : rule?.rule === 'http-delay'
          ? rule.delayMs
          : rule?.rule === 'bandwidth'
            ? 30
            : undefined
    return {
      probe: 'link-rule',
      active: rule !== undefined,
      connections: traffic,
      connectionsHit: traffic,
      requestsMatched: traffic,
      requestsHit: traffic,
      bytesHit: traffic * 100,
      medianHeldMs: delayed,
      answers: this.#answers(rule, attempts),
    }
  }

  #answers(rule: LinkRule | undefined, attempts: number) {
    const answered = rule?.rule === 'partition' ? 0 : attempts
    const added = rule?.rule === 'delay' ? rule.latencyMs * (rule.direction === 'both' ? 2 : 1) : 0
    const status = rule?.rule === 'http-abort' ? String(rule.status) : '200'
    return {
      attempts,
      answered,
      medianMs: answered > 0 ? 1 + added : undefined,
      statuses: answered > 0 ? { [status]: answered } : {},
    }
  }

  readonly crossings = (): number => this.crossed
}
