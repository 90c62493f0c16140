import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { parseRunRequest } from '../../inputs/run-request.ts'
import type { Journal } from '../../model/journal.ts'
import { renderSummaryText } from '../../report/terminal/summary.ts'
import { gate } from '../gate.ts'
import type { Invocation } from '../invocation.ts'

const COLUMNS = 80
/** The same replicas die in every demo. */
const SEED = 7

const scriptSchema = z.array(
  z.object({
    suite: z.string(),
    verdict: z.enum(['pass', 'fail']),
    weaknesses: z.array(z.object({ planted: z.string(), experiment: z.string(), hint: z.string() })),
  }),
)
type Act = z.infer<typeof scriptSchema>[number]

/** Gates the example shop as it should be and with planted weaknesses; 0 when each verdict, and each weakness, is the expected one. */
export async function demoCommand({ flags }: Invocation): Promise<number> {
  const shop = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../../../examples/shop' : '../../examples/shop', import.meta.url),
  )
  const script = scriptSchema.parse(JSON.parse(await readFile(join(shop, 'demo.json'), 'utf8')))
  const folders: string[] = []
  const surprises: string[] = []
  for (const act of script) {
    const folder = resolve(flags['report-dir'] ?? 'out', act.suite.replace(/\.yaml$/, ''))
    folders.push(folder)
    process.stdout.write(`\n${act.suite}: expecting ${act.verdict}\n\n`)
    const journal = await play(join(shop, act.suite), folder)
    if (!journal) return CANCELLED
    surprises.push(...compare(act, journal))
  }
  process.stdout.write(
    `\nReports, to open in a browser:\n${folders.map((folder) => `  ${join(folder, 'report.html')}`).join('\n')}\n`,
  )
  for (const surprise of surprises) process.stderr.write(`not as expected: ${surprise}\n`)
  return surprises.length === 0 ? 0 : 1
}

const CANCELLED = 130

async function play(suite: string, folder: string): Promise<Journal | undefined> {
  const request = parseRunRequest({ suite, 'report-dir': folder, seed: String(SEED) }, () => SEED)
  let seen: Journal | undefined
  await gate(request, {
    change: undefined,
    groups: false,
    onRun: () => undefined,
    publish: async ({ journal }) => {
      seen = journal
      process.stdout.write(`${renderSummaryText(journal, { columns: process.stdout.columns ?? COLUMNS })}\n`)
    },
  })
  return seen?.verdict === 'aborted' ? undefined : seen
}

function compare(act: Act, journal: Journal): string[] {
  const found = act.weaknesses.map(({ planted, experiment, hint }) => {
    const seen = journal.experiments.find(({ name }) => name === experiment)
    const ok = seen?.verdict === 'fail' && seen.hint?.code === hint
    process.stdout.write(`  ${ok ? 'found' : 'MISSED'} the planted weakness: ${planted} (${experiment})\n`)
    return ok
      ? []
      : [
          `${planted} was not named: "${experiment}" is ${seen?.verdict ?? 'absent'} with the hint ${seen?.hint?.code ?? 'none'}`,
        ]
  })
  const verdict =
    journal.verdict === act.verdict
      ? []
      : [`${act.suite} is ${journal.verdict}, expected ${act.verdict}: ${journal.summary}`]
  return [...verdict, ...found.flat()]
}
