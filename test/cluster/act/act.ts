import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { TOKEN } from '../../e2e/runner.ts'
import { actProgram } from './programs.ts'
import { type ActLine, type ActRun, readRun } from './read-run.ts'

/** One workflow of a repository, and what triggers it. */
export interface Trigger {
  readonly repository: string
  /** Its file name in `.github/workflows`. */
  readonly workflow: string
  readonly event: string
  readonly payload: object
  readonly apiUrl: string
  readonly variables?: Readonly<Record<string, string>>
  readonly more?: readonly string[]
}

export interface StartedAct {
  readonly child: ChildProcess
  /** Holds everything that the jobs wrote outside their repository: home, working copies, temporary files. */
  readonly home: string
  /** Resolves with the first line for which `is` holds, from those that are there and those to come. */
  readonly line: (is: (line: ActLine) => boolean) => Promise<ActLine>
  readonly finished: Promise<ActRun>
}

/**
 * Starts act as GitHub's runner on this machine: jobs are processes, without Docker and without network. The Node that
 * runs this is first on the path, since act takes whichever `node` it finds there, and the home is a folder of its own,
 * below which act keeps its jobs.
 */
export async function startAct(trigger: Trigger): Promise<StartedAct> {
  const home = mkdtempSync(join(tmpdir(), 'seaworthy-act-'))
  const temporary = join(home, 'tmp')
  mkdirSync(temporary)
  const event = join(home, 'event.json')
  writeFileSync(event, JSON.stringify(trigger.payload))
  const child = spawn(await actProgram(), argumentsFor(trigger, event), {
    cwd: trigger.repository,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: home,
      TMPDIR: temporary,
      LANG: 'C.UTF-8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  return { child, home, ...follow(child) }
}

export async function runAct(trigger: Trigger): Promise<ActRun & { readonly home: string }> {
  const { home, finished } = await startAct(trigger)
  return { ...(await finished), home }
}

function argumentsFor({ workflow, event, apiUrl, variables = {}, more = [] }: Trigger, payload: string): string[] {
  return [
    event,
    ...['-W', `.github/workflows/${workflow}`],
    ...['-e', payload],
    ...['-P', 'ubuntu-latest=-self-hosted'],
    ...['-P', 'ubuntu-24.04=-self-hosted'],
    '--no-cache-server',
    '--json',
    ...['--env', `GITHUB_API_URL=${apiUrl}`],
    ...['-s', `GITHUB_TOKEN=${TOKEN}`],
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}=${value}`]),
    ...more,
  ]
}

function follow(child: ChildProcess): Pick<StartedAct, 'line' | 'finished'> {
  const lines: ActLine[] = []
  const waiting = new Set<(line: ActLine) => void>()
  const noted: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) take(part)
    })
  }
  const take = (text: string) => {
    if (!text.startsWith('{')) {
      noted.push(text)
      return
    }
    const line = JSON.parse(text) as ActLine
    lines.push(line)
    for (const tell of waiting) tell(line)
  }
  const finished = once(child, 'close').then(([exitCode]: unknown[]) =>
    readRun(typeof exitCode === 'number' ? exitCode : undefined, lines, noted),
  )
  const line = (is: (one: ActLine) => boolean) =>
    new Promise<ActLine>((resolve, reject) => {
      const known = lines.find(is)
      if (known) return resolve(known)
      waiting.add((one) => (is(one) ? resolve(one) : undefined))
      finished.then(({ log }) => reject(new Error(`it ended before that line came: ${log}`)), reject)
    })
  return { line, finished }
}
