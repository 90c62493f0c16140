import { appendFileSync } from 'node:fs'
import type { Action } from '../../../src/model/recipe.ts'
import { INSTALLED, service, suiteOf, testRun } from './support.ts'

/** A command line in small: brings a preview up, does one thing to it, says so, and goes on until it is killed. */
const [actions = '[]', reached = '', prometheus] = process.argv.slice(2)
const services = [
  service('web', { uses: ['api'], env: { DAEMON: 'yes' }, metrics: '/metrics' }),
  service('api', { env: { IGNORE_TERM: 'yes', CHILD: 'inner' } }),
]
const run = testRun(suiteOf(services, prometheus ? { prometheus: INSTALLED } : {}))
const { run: id, ledgerPath, workFolder } = run.context
appendFileSync(reached, `${JSON.stringify({ id, ledgerPath, workFolder, folder: run.folder })}\n`)
await run.platform.up(new AbortController().signal)
appendFileSync(reached, '"up"\n')
for (const action of JSON.parse(actions) as Action[]) await run.platform.executor.run(action)
appendFileSync(reached, '"done"\n')
setInterval(() => {}, 60_000)
