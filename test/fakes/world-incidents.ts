import { SeaworthyError } from '../../src/kit/errors.ts'
import type { WorldClock } from './world-clock.ts'

export const HOWS = ['throw', 'throw-after', 'hang', 'freeze', 'nonsense', 'slow', 'cancel'] as const
export type How = (typeof HOWS)[number]

/** Something that goes wrong at the nth call (from 0) of one method. */
export interface Incident {
  readonly call: string
  readonly nth: number
  readonly how: How
}

export interface IncidentSetting {
  readonly incidents: readonly Incident[]
  readonly clock: WorldClock
  readonly cancelled: AbortSignal
  readonly cancel: () => void
  readonly onCall: (call: string, args: readonly unknown[]) => void
  readonly onIncident: (incident: Incident) => void
}

const SLOW_MS = 700
/** What hangs is given up by a person, after so long. */
const GIVEN_UP_MS = 300_000
/** Only these may take for ever: the story promises an end in spite of them. The others keep a time limit of their own. */
const MAY_FREEZE: ReadonlySet<string> = new Set([
  'engine.evidence',
  'engine.recover',
  'engine.release',
  'engine.prepare',
  'traffic.settle',
  'traffic.stop',
  'platform.down',
  'platform.snapshot',
  'observer.measure',
])

type Method = (...args: readonly unknown[]) => unknown
/** What a method that has gone mad returns in place of its result. */
export type Nonsense = Readonly<Record<string, (real: unknown) => unknown>>

/** The same adapter, with incidents in its methods. Sync methods throw, return nonsense or see a cancellation. */
export function withIncidents<T extends object>(
  room: string,
  adapter: T,
  sync: ReadonlySet<string>,
  nonsense: Nonsense,
  setting: IncidentSetting,
): T {
  const counts = new Map<string, number>()
  const wrapped = Object.entries(adapter).map(([name, member]) => {
    if (typeof member !== 'function') return [name, member]
    const call = `${room}.${name}`
    const method: Method = (...args) => member(...args)
    const broken: Method = (...args) => {
      setting.onCall(call, args)
      const nth = counts.get(call) ?? 0
      counts.set(call, nth + 1)
      const incident = setting.incidents.find((one) => one.call === call && one.nth === nth)
      if (!incident) return method(...args)
      setting.onIncident(incident)
      const mad = nonsense[call] ?? (() => undefined)
      return sync.has(name)
        ? happenNow(incident, () => method(...args), mad, setting)
        : happen(incident, async () => method(...args), mad, setting)
    }
    return [name, broken]
  })
  return Object.fromEntries(wrapped) as T
}

function trouble({ call, how }: Incident): Error {
  const codes = { engine: 'ENGINE', platform: 'PLATFORM', traffic: 'TRAFFIC', observer: 'OBSERVE' } as const
  const code = codes[call.split('.')[0] as keyof typeof codes] ?? 'INTERNAL'
  return how === 'throw' ? new SeaworthyError(code, `${call} does not work`) : new TypeError(`${call} has a bug`)
}

function happenNow(incident: Incident, real: () => unknown, mad: (real: unknown) => unknown, setting: IncidentSetting) {
  if (incident.how === 'nonsense') return mad(real())
  if (incident.how === 'throw' || incident.how === 'throw-after') throw trouble(incident)
  if (incident.how === 'cancel') setting.cancel()
  return real()
}

async function happen(
  incident: Incident,
  real: () => Promise<unknown>,
  mad: (real: unknown) => unknown,
  { clock, cancelled, cancel }: IncidentSetting,
): Promise<unknown> {
  switch (incident.how) {
    case 'throw':
      throw trouble(incident)
    case 'throw-after':
      await real()
      throw trouble(incident)
    case 'nonsense':
      return mad(await real())
    case 'slow':
      await clock.sleep(SLOW_MS)
      return real()
    case 'cancel':
      cancel()
      return real()
    case 'hang':
    case 'freeze': {
      clock.sleep(GIVEN_UP_MS, cancelled).then(cancel, () => undefined)
      const { promise, reject } = Promise.withResolvers<never>()
      if (incident.how === 'freeze' && MAY_FREEZE.has(incident.call)) return promise
      if (cancelled.aborted) throw cancelled.reason
      cancelled.addEventListener('abort', () => reject(cancelled.reason), { once: true })
      return promise
    }
  }
}
