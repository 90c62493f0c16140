import { Command, CommanderError, Option } from 'commander'
import { INPUT_FIELDS } from '../inputs/fields.ts'
import { VERSION } from '../kit/version.ts'
import type { Invocation } from './invocation.ts'

/** Usage and suite errors, so that a wrong flag and a wrong suite look alike to a pipeline. */
const USAGE = 2

type Run = (invocation: Invocation) => Promise<number>

/** Parses the words of a command line and runs one command, whose code is loaded only then. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('seaworthy')
    .description('A merge gate that proves a pull request survives failure.')
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run `seaworthy --help` for the commands.')
  withRunFlags(
    add(
      program,
      'run [suite]',
      'Bring the preview up, break it, judge it, report it.',
      async () => (await import('./commands/run.ts')).runCommand,
    ),
    argv,
  )
  withRunFlags(
    add(
      program,
      'plan [suite]',
      'Print what a run would do, and touch nothing.',
      async () => (await import('./commands/plan.ts')).planCommand,
    ),
    argv,
  )
  add(
    program,
    'validate [suite]',
    'Check a suite: every mistake with its line and column.',
    async () => (await import('./commands/validate.ts')).validateCommand,
  )
  add(
    program,
    'init [folder]',
    'Write a commented suite for the project in a folder.',
    async () => (await import('./commands/init.ts')).initCommand,
  )
    .option('--output <file>', 'Write here; - is standard output.', 'seaworthy.yaml')
    .option('--force', 'Replace a file that is there.')
  add(
    program,
    'report',
    'Make a report again from the journal of a run.',
    async () => (await import('./commands/report.ts')).reportCommand,
  )
    .requiredOption('--from <journal>', 'journal.json of a run.')
    .option('--format <format>', 'md, html, junit, sarif, summary, comment or json.', 'md')
    .option('--output <file>', 'Write here; - is standard output.', '-')
  add(
    program,
    'cleanup',
    'End and remove whatever runs left behind.',
    async () => (await import('./commands/cleanup.ts')).cleanupCommand,
  ).option('--run <id>', 'Only this run; without it, every run whose process is gone.')
  add(
    program,
    'faults [type]',
    'List the fault types, or explain one.',
    async () => (await import('./commands/faults.ts')).faultsCommand,
  )
  add(
    program,
    'schema',
    'Print the JSON Schema of a suite, or of a journal.',
    async () => (await import('./commands/schema.ts')).schemaCommand,
  ).addOption(new Option('--of <document>', 'Which one.').choices(['suite', 'journal']).default('suite'))
  add(
    program,
    'demo',
    'Gate a small shop twice: once as it should be, once with planted weaknesses.',
    async () => (await import('./commands/demo.ts')).demoCommand,
  ).option('--report-dir <folder>', 'Where the reports of both go.', 'out')
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : USAGE
  }
}

function add(program: Command, usage: string, description: string, load: () => Promise<Run>): Command {
  const command = program
    .command(usage)
    .description(description)
    .option('--json', 'Print data as JSON on standard output.')
  command.exitOverride().action(async () => {
    const run = await load()
    const { guarded } = await import('./guarded.ts')
    process.exitCode = await guarded(() => run(invocationOf(command)))
  })
  return command
}

function invocationOf(command: Command): Invocation {
  const { json, ...options } = command.opts<Record<string, unknown>>()
  const flags = Object.entries(options).map(([key, value]) => [
    toKebab(key),
    Array.isArray(value) ? value.join('\n') : String(value),
  ])
  return { flags: Object.fromEntries(flags), json: json === true, words: command.args }
}

function toKebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Only for the command that is asked for: these are most of all flags, and making them takes part of every start. */
function withRunFlags(command: Command, argv: readonly string[]): void {
  if (!argv.includes(command.name())) return
  for (const field of INPUT_FIELDS.filter(({ only }) => only !== 'action')) {
    const option = new Option(
      `--${field.name} <${field.value}>`,
      field.fallback ? `${field.help} (default: ${field.fallback})` : field.help,
    )
    command.addOption(
      field.name === 'only' ? option.argParser((value: string, before: string[] = []) => [...before, value]) : option,
    )
  }
}
