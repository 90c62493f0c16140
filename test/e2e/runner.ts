import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Workplace } from './gate.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** Plays GitHub's runner: the files, variables and working folder with which it starts an action, and what it reads back. */
interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly runs: { readonly using: string; readonly main: string; readonly post: string }
}

export const action = parse(readFileSync(join(REPOSITORY, 'action.yml'), 'utf8')) as ActionFile

/** Its characters change when they are written in a URL, so that the encoded form is another. */
export const TOKEN = 'ghs_canary/0+9f8e7d6c5b4a=='

export interface Job extends Workplace {
  readonly temp: string
}

/** What differs from one job to the next. */
export interface JobOptions {
  readonly apiUrl: string
  readonly event: string
  readonly payload: object
  readonly inputs: Readonly<Record<string, string>>
  readonly runId: number
  readonly env: Readonly<Record<string, string>>
}

/** A command that the step gave to its runner by a line on standard output. */
interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

export interface Step {
  readonly exitCode: number | null
  readonly commands: readonly Command[]
  /** What a person reads in the log: all lines that were no command. */
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

/** The action as a runner downloads it: its files and nothing beside them. Once, so that a later build changes nothing. */
function download(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-action-'))
  cpSync(join(REPOSITORY, 'dist'), join(folder, 'dist'), { recursive: true })
  cpSync(join(REPOSITORY, 'action.yml'), join(folder, 'action.yml'))
  return folder
}
const actionFolder = download()

/** A checked-out repository with a suite in it. */
export function job(suite: string, file = 'seaworthy.yaml'): Job {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-runner-'))
  const folder = join(root, 'work', 'shop', 'shop')
  for (const path of [dirname(join(folder, file)), join(folder, '.git'), join(root, 'temp')])
    mkdirSync(path, { recursive: true })
  writeFileSync(join(folder, file), suite)
  return {
    folder,
    suite: join(folder, file),
    reports: join(folder, 'out'),
    env: {},
    temp: join(root, 'temp'),
  }
}

/** Starts main or post; `state` is what main saved. */
export function startStep(
  place: Job,
  options: JobOptions,
  phase: 'main' | 'post',
  state: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly finished: Promise<Step> } {
  const files = commandFiles(place, phase)
  writeFileSync(join(place.temp, 'event.json'), JSON.stringify(options.payload))
  const child = spawn(process.execPath, [join(actionFolder, action.runs[phase])], {
    cwd: place.folder,
    env: {
      ...runnerVariables(place, options),
      ...inputVariables(options.inputs),
      ...stateVariables(state),
      ...files,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  }
  const finished = new Promise<Step>((done) =>
    child.once('close', (exitCode) => done({ exitCode, ...readLog(output), ...readFiles(files) })),
  )
  return { child, finished }
}

/** Main, then post whatever main did, as `post-if: always()` has it. */
export async function runJob(place: Job, options: JobOptions): Promise<{ readonly main: Step; readonly post: Step }> {
  const main = await startStep(place, options, 'main').finished
  const post = await startStep(place, options, 'post', main.state).finished
  return { main, post }
}

function runnerVariables(place: Job, { event, runId, apiUrl }: JobOptions): NodeJS.ProcessEnv {
  const { PATH = '', HOME } = process.env
  return {
    PATH: `${dirname(process.execPath)}:${PATH}`,
    HOME,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'ann',
    GITHUB_API_URL: apiUrl,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: join(place.temp, 'event.json'),
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REF_NAME: 'main',
    GITHUB_RUN_ID: String(runId),
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: 'c0ffee0000000000000000000000000000000000',
    GITHUB_WORKSPACE: place.folder,
    GITHUB_ACTION_PATH: actionFolder,
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: place.temp,
    RUNNER_TOOL_CACHE: join(place.temp, 'tools'),
  }
}

/** Spaces become underscores and letters large; hyphens stay. Defaults are the runner's business, not the action's. */
function inputVariables(given: Readonly<Record<string, string>>): Record<string, string> {
  const known = Object.entries(action.inputs).map(([name, input]) => {
    const fallback = input.default === `\${{ github.token }}` ? TOKEN : (input.default ?? '')
    return [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, given[name] ?? fallback] as const
  })
  return Object.fromEntries(known)
}

function stateVariables(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]))
}

type CommandFiles = Readonly<Record<`GITHUB_${'OUTPUT' | 'STATE' | 'ENV' | 'PATH' | 'STEP_SUMMARY'}`, string>>

function commandFiles(place: Job, phase: string): CommandFiles {
  const folder = mkdtempSync(join(place.temp, `${phase}-`))
  const file = (name: string) => {
    const path = join(folder, name)
    writeFileSync(path, '')
    return path
  }
  return {
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_ENV: file('env'),
    GITHUB_PATH: file('path'),
    GITHUB_STEP_SUMMARY: file('summary.md'),
  }
}

function readFiles(files: CommandFiles) {
  const untouched = [files.GITHUB_ENV, files.GITHUB_PATH].map((path) => readFileSync(path, 'utf8')).join('')
  if (untouched !== '') throw new Error(`the step changed the environment of later steps: ${untouched}`)
  return {
    outputs: readPairs(files.GITHUB_OUTPUT),
    state: readPairs(files.GITHUB_STATE),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}

/** `name=value` lines, and `name<<delimiter` with lines up to the delimiter. Anything else fails the step, as on a runner. */
function readPairs(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const pairs: Record<string, string> = {}
  while (lines.length > 0) {
    const line = lines.shift() ?? ''
    const [, name = '', sign, rest = ''] = /^([^=<]+)(=|<<)(.*)$/.exec(line) ?? []
    if (sign === undefined) throw new Error(`a runner would refuse this line of ${path}: ${line}`)
    const end = sign === '<<' ? lines.indexOf(rest) : -1
    if (sign === '<<' && end < 0) throw new Error(`the delimiter ${rest} has no end in ${path}`)
    pairs[name] =
      sign === '='
        ? rest
        : lines
            .splice(0, end + 1)
            .slice(0, -1)
            .join('\n')
  }
  return pairs
}

function readLog(output: string): Pick<Step, 'commands' | 'log'> {
  const commands: Command[] = []
  const log: string[] = []
  for (const line of output.split(/\r?\n|\r/)) {
    const command = commandIn(line)
    if (command) commands.push(command)
    else log.push(line)
  }
  return { commands, log: log.join('\n') }
}

/** Both forms that a runner obeys: `::name key=value::data` at the start of a line, `##[name key=value;]data` anywhere in it. */
function commandIn(line: string): Command | undefined {
  const found =
    /^\s*::([\w-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/.exec(line) ?? /##\[([\w-]+)(?: ([^\]]*))?\](.*)$/.exec(line)
  if (!found) return undefined
  const [, name = '', properties = '', data = ''] = found
  const pairs = properties.split(/[,;]/).flatMap((pair) => {
    const [key = '', ...value] = pair.split('=')
    return key === '' ? [] : [[key, decode(value.join('='))] as const]
  })
  return { name, properties: Object.fromEntries(pairs), data: decode(data) }
}

const ESCAPES: readonly (readonly [string, string])[] = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
]

function decode(text: string): string {
  return ESCAPES.reduce((left, [escaped, plain]) => left.replaceAll(escaped, plain), text)
}

/** The commands of a name, as `file:line title: data`. */
export function told({ commands }: Step, name: string): string[] {
  return commands
    .filter((command) => command.name === name)
    .map(({ properties: { file, line, title }, data }) =>
      [...(file ? [`${file}:${line}`] : []), ...(title ? [`${title}:`] : []), data].join(' '),
    )
}
