/** What the controller has counted since it was started, in the text format 0.0.4 of Prometheus. */
export class ControllerMetrics {
  readonly #phases = new Map<string, number>()
  readonly #took: { sumMs: number; count: number } = { sumMs: 0, count: 0 }
  #troubles = 0

  onPhase(phase: string, type: string, tookMs: number | undefined): void {
    const key = JSON.stringify([phase, type])
    this.#phases.set(key, (this.#phases.get(key) ?? 0) + 1)
    if (tookMs === undefined) return
    this.#took.sumMs += tookMs
    this.#took.count += 1
  }

  onTrouble(): void {
    this.#troubles += 1
  }

  text(now: {
    readonly leads: boolean
    readonly on: ReadonlyMap<string, number>
    readonly requests: number
    readonly residentBytes: number
  }): string {
    return [
      ...metric('seaworthy_controller_leader', 'gauge', 'Whether this process leads.', [['', now.leads ? 1 : 0]]),
      ...metric(
        'seaworthy_faults_on',
        'gauge',
        'Targets on which a fault is now.',
        [...now.on].map(([type, count]) => [labels({ type }), count]),
      ),
      ...metric('seaworthy_faults_total', 'counter', 'Targets by what became of them.', this.#phaseSamples()),
      ...metric(
        'seaworthy_injection_seconds_sum',
        'counter',
        'From creation to injection, whole seconds of creation.',
        [['', this.#took.sumMs / 1_000]],
      ),
      ...metric('seaworthy_injection_seconds_count', 'counter', 'Injections that were timed.', [
        ['', this.#took.count],
      ]),
      ...metric('seaworthy_troubles_total', 'counter', 'What went wrong and was tried again.', [['', this.#troubles]]),
      ...metric('seaworthy_api_requests_total', 'counter', 'Requests to the API server.', [['', now.requests]]),
      ...metric('process_resident_memory_bytes', 'gauge', 'Resident memory.', [['', now.residentBytes]]),
      '',
    ].join('\n')
  }

  #phaseSamples(): readonly Sample[] {
    return [...this.#phases].map(([key, count]) => {
      const [phase, type] = JSON.parse(key) as [string, string]
      return [labels({ phase, type }), count]
    })
  }
}

type Sample = readonly [labels: string, value: number]

function metric(name: string, kind: 'gauge' | 'counter', help: string, samples: readonly Sample[]): readonly string[] {
  if (samples.length === 0) return []
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...samples.map(([of, value]) => `${name}${of} ${value}`)]
}

/** Types come from tenants: whatever could end a label's value is escaped. */
function labels(pairs: Readonly<Record<string, string>>): string {
  const written = Object.entries(pairs).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return `{${written.join(',')}}`
}
