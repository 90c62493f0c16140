import type { Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import { lastLine } from './last-line.ts'
import { runIn } from './script.ts'

const TIMEOUT_MS = 10_000

/** Runs the proof command once: `exit 0: last line`; `ready` when it ended with 0. */
export const scriptProber: Prober<Extract<NodeProbe, { readonly probe: 'script' }>> = {
  probe: 'script',
  read: async ({ container, command }, pod, context) => {
    const ending = await runIn(pod, context, container, command, TIMEOUT_MS).catch(() => undefined)
    if (!ending) return { fact: 'not run', ready: false }
    const how = ending.timedOut ? 'no end in time' : `exit ${ending.exitCode ?? 'by a signal'}`
    const said = lastLine(ending.stdout) || lastLine(ending.stderr)
    return { fact: said === '' ? how : `${how}: ${said}`, ready: ending.exitCode === 0 }
  },
}
