import { join } from 'node:path'
import { cached } from '../parts/cache.ts'
import { run } from '../tools.ts'

const ACT = 'v0.2.89'
const ACTIONLINT = 'v1.7.12'

/** The path of act, which plays GitHub's runner on this machine. Forty seconds when nothing is cached. */
export function actProgram(): Promise<string> {
  return installed('act', `github.com/nektos/act@${ACT}`)
}

/** The path of actionlint, which finds mistakes in workflows. Half a minute when nothing is cached. */
export function actionlintProgram(): Promise<string> {
  return installed('actionlint', `github.com/rhysd/actionlint/cmd/actionlint@${ACTIONLINT}`)
}

/** Both by `go install`, which holds a module against Go's checksum database and builds with its makers' own versions. */
async function installed(name: string, target: string): Promise<string> {
  const folder = await cached(name, [target], async (into) => {
    await run('go', ['install', '-trimpath', '-ldflags', '-s -w', target], { env: { CGO_ENABLED: '0', GOBIN: into } })
  })
  return join(folder, name)
}
