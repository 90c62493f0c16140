import { parsePublishRequest } from '../../inputs/publish-request.ts'
import { escapeTerminal } from '../../report/escape/terminal.ts'
import { readEvent, readHost } from '../github/action-host.ts'
import { publishJournal } from '../github/publish-journal.ts'
import type { Invocation } from '../invocation.ts'
import { masked } from '../masked.ts'

/** For workflows without the action; GITHUB_TOKEN is the token, and the runner's variables say where. */
export async function publishCommand({ flags, json }: Invocation): Promise<number> {
  const request = parsePublishRequest(flags)
  const host = await readHost(process.env.GITHUB_TOKEN ?? '')
  const event = { name: process.env.GITHUB_EVENT_NAME, payload: await readEvent(process.env.GITHUB_EVENT_PATH) }
  const { journal, headline, warnings, exitCode } = await publishJournal(request, host, event)
  for (const warning of warnings) process.stderr.write(`seaworthy: ${escapeTerminal(masked(warning))}\n`)
  const told = masked({ headline, verdict: journal?.verdict ?? 'error', warnings })
  process.stdout.write(json ? `${JSON.stringify(told, null, 2)}\n` : `${told.headline}\n`)
  return exitCode
}
