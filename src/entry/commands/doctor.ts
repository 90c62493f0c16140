import { systemClock } from '../../kit/clock.ts'
import { renderDiagnosis } from '../../report/doctor/render-diagnosis.ts'
import { diagnose } from '../../run/doctor/diagnose.ts'
import type { Invocation } from '../invocation.ts'
import { kindSearch } from '../kind-search.ts'
import { masked } from '../masked.ts'
import { requestOf } from '../request.ts'
import { stateFolder } from '../state-folder.ts'

const COLUMNS = 100
const UNFIT = 2

/** Looks at this machine, the suite and the cluster, and changes nothing. 2 when something would stop a run. */
export async function doctorCommand(invocation: Invocation): Promise<number> {
  const { words, flags, json } = invocation
  const request = requestOf(invocation)
  const found = await diagnose({
    suite: request.suite,
    isNamed: words.length > 0 || flags.suite !== undefined,
    cluster: request.cluster,
    prometheusUrl: request.prometheusUrl,
    environment: process.env,
    kind: kindSearch(request.kind.binary),
    host: {
      node: process.versions.node,
      system: process.platform,
      architecture: process.arch,
      isRoot: process.getuid?.() === 0,
    },
    clock: systemClock,
    stateFolder: stateFolder(),
  })
  const diagnosis = masked(found)
  const signs = process.stdout.isTTY === true
  const colour = signs && !process.env.NO_COLOR
  const columns = process.stdout.columns ?? COLUMNS
  process.stdout.write(
    json ? `${JSON.stringify(diagnosis, null, 2)}\n` : `${renderDiagnosis(diagnosis, { columns, signs, colour })}\n`,
  )
  return diagnosis.fit ? 0 : UNFIT
}
