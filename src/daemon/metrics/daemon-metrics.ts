import type { FaultCase } from '../faults/fault-case.ts'
import type { Metric, Sample } from './metrics-text.ts'

export interface Measured {
  readonly version: string
  readonly node: string
  readonly cases: readonly FaultCase[]
  readonly unreadable: number
  readonly apiRequests: number
  readonly errors: number
  readonly informers: Readonly<Record<string, number>>
  readonly residentBytes: number
}

/** Faults with many targets would make as many series: the rest is in the sums. */
const MOST_FAULTS = 200

/** What is injected on this node, by what was asked and what was counted. Pure. */
export function daemonMetrics(measured: Measured): readonly Metric[] {
  const { cases, node, version } = measured
  const targets = cases.flatMap((faultCase) =>
    [...faultCase.runs.values()].map((run) => ({ faultCase, record: run.record, touched: run.touched })),
  )
  const one = (name: string, help: string, value: number, type: Metric['type'] = 'gauge'): Metric => ({
    name: `seaworthy_daemon_${name}`,
    help,
    type,
    samples: [{ value }],
  })
  return [
    {
      name: 'seaworthy_daemon_info',
      help: 'Version and node.',
      type: 'gauge',
      samples: [{ labels: { version, node }, value: 1 }],
    },
    {
      name: 'seaworthy_faults',
      help: 'Targets on this node by type and phase of their fault.',
      type: 'gauge',
      samples: tally(
        targets.map(({ faultCase, record }) => ({ type: faultCase.identity.type, phase: record.phase ?? 'Waiting' })),
      ),
    },
    ...perFault(cases.slice(0, MOST_FAULTS)),
    one('targets', 'Targets on this node that the daemon knows of.', targets.length),
    one(
      'journal_entries',
      'Targets that the journal says how to undo.',
      targets.filter(({ touched }) => touched).length,
    ),
    one('journal_unreadable', 'Entries of the journal that cannot be read.', measured.unreadable),
    one('api_requests_total', 'Requests to the API server, watches included.', measured.apiRequests, 'counter'),
    one('errors_total', 'What went wrong and belongs to no fault.', measured.errors, 'counter'),
    one('resident_memory_bytes', 'Resident memory of the daemon.', measured.residentBytes),
    {
      name: 'seaworthy_daemon_informer_silent_seconds',
      help: 'Since the API server was last heard of, by kind of object.',
      type: 'gauge',
      samples: Object.entries(measured.informers).map(([kind, ms]) => ({ labels: { kind }, value: ms / 1_000 })),
    },
  ]
}

function perFault(cases: readonly FaultCase[]): readonly Metric[] {
  const samples = (value: (faultCase: FaultCase) => readonly Sample[]) =>
    cases.flatMap((faultCase) =>
      value(faultCase).map(({ labels, value: number }) => ({
        labels: { ...labelsOf(faultCase), ...labels },
        value: number,
      })),
    )
  const counted = (member: 'matched' | 'hit' | 'bytes') =>
    samples((faultCase) => {
      const values = [...faultCase.runs.values()].flatMap(({ record }) => record.under?.[member] ?? [])
      return values.length === 0 ? [] : [{ value: values.reduce((all, value) => all + value, 0) }]
    })
  return [
    {
      name: 'seaworthy_fault_packets_matched',
      help: 'Packets or requests that matched.',
      type: 'gauge',
      samples: counted('matched'),
    },
    {
      name: 'seaworthy_fault_packets_hit',
      help: 'Those that were dropped, held, changed or answered.',
      type: 'gauge',
      samples: counted('hit'),
    },
    { name: 'seaworthy_fault_bytes_hit', help: 'Bytes of them.', type: 'gauge', samples: counted('bytes') },
    {
      name: 'seaworthy_fault_asked',
      help: 'Numbers that were asked for, by parameter.',
      type: 'gauge',
      samples: samples(asked),
    },
  ]
}

function labelsOf({ identity, object }: FaultCase): Readonly<Record<string, string>> {
  const { namespace = '', name, type } = identity
  return { namespace, fault: name, type, run: object?.spec.run ?? '' }
}

const LONGEST_NAME = 40

function asked({ object }: FaultCase): readonly Sample[] {
  if (!object) return []
  const numbers = Object.entries(object.spec.parameters).flatMap(([name, value]) =>
    typeof value === 'number' && Number.isFinite(value)
      ? [{ labels: { parameter: name.slice(0, LONGEST_NAME) }, value }]
      : [],
  )
  return [{ labels: { parameter: 'durationMs' }, value: object.spec.durationMs }, ...numbers]
}

function tally(rows: readonly Readonly<Record<string, string>>[]): readonly Sample[] {
  const counts = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>()
  for (const labels of rows) {
    const key = JSON.stringify(labels)
    counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + 1 })
  }
  return [...counts.values()]
}
