/** A line of act's log, as `--json` writes it. */
export interface ActLine {
  readonly msg: string
  readonly jobID?: string
  readonly stepID?: readonly string[]
  readonly stage?: string
  readonly raw_output?: boolean
  readonly command?: string
  readonly name?: string
  readonly arg?: string
  readonly kvPairs?: Readonly<Record<string, string>> | null
  readonly content?: string
  readonly stepResult?: string
  readonly jobResult?: string
}

/** What one step did, main or post. */
interface ActStep {
  readonly result: string | undefined
  readonly outputs: Readonly<Record<string, string>>
  /** What it wrote for people. */
  readonly log: string
  readonly summary: string
  /** `level file:line title: message`, file and line only where they were given. */
  readonly annotations: readonly string[]
}

export interface ActRun {
  readonly exitCode: number | undefined
  readonly step: (job: string, id: string, stage?: 'Main' | 'Post') => ActStep
  readonly jobResult: (job: string) => string | undefined
  /** Everything, for a failure's message and for what must not be anywhere. */
  readonly log: string
}

const LEVELS = ['error', 'warning', 'notice']

export function readRun(exitCode: number | undefined, lines: readonly ActLine[], noted: readonly string[]): ActRun {
  return {
    exitCode,
    step: (job, id, stage = 'Main') =>
      readStep(lines.filter((line) => line.jobID === job && line.stage === stage && line.stepID?.at(-1) === id)),
    jobResult: (job) => lines.find(({ jobID, jobResult }) => jobID === job && jobResult !== undefined)?.jobResult,
    log: [...lines.map(({ jobID, stage, msg }) => `${jobID} ${stage} ${msg.trimEnd()}`), ...noted].join('\n'),
  }
}

function readStep(lines: readonly ActLine[]): ActStep {
  return {
    result: lines.findLast(({ stepResult }) => stepResult !== undefined)?.stepResult,
    outputs: Object.fromEntries(
      lines.flatMap(({ command, name, arg }) => (command === 'set-output' && name ? [[name, arg ?? '']] : [])),
    ),
    log: lines
      .filter(({ raw_output }) => raw_output)
      .map(({ msg }) => msg)
      .join(''),
    summary: lines.flatMap(({ command, content }) => (command === 'summary' ? [content ?? ''] : [])).join(''),
    annotations: lines.filter(({ command = '' }) => LEVELS.includes(command)).map(annotation),
  }
}

function annotation({ command, arg, kvPairs }: ActLine): string {
  const { file, line, title } = kvPairs ?? {}
  return [command, ...(file ? [`${file}:${line}`] : []), ...(title ? [`${title}:`] : []), arg].join(' ')
}
