import { Command, CommanderError, Option } from 'commander'
import { INPUT_FIELDS, type InputField } from '../inputs/fields.ts'
import { VERSION } from '../kit/version.ts'
import type { Invocation } from './invocation.ts'
import { masked } from './masked.ts'

/** Usage and suite errors, so that a wrong flag and a wrong suite look alike to a pipeline. */
const USAGE = 2

/** What the doctor is told of a run. */
const DOCTOR_FIELDS = [
  'suite',
  'cluster',
  'kubeconfig',
  'context',
  'namespace',
  'install',
  'prometheus-url',
  'kind-binary',
]

/** What publishing is told; src/inputs/publish-request.ts reads the same. */
const PUBLISH_FLAGS = ['journal', 'suite', 'on-inconclusive', 'comment', 'check-name']

type Run = (invocation: Invocation) => Promise<number>

/** Parses the words of a command line and runs one command, whose code is loaded only then. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await commandLine(argv).parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : USAGE
  }
}

/** The commands with their flags; the flags of a run only on the command that `argv` asks for. */
export function commandLine(argv: readonly string[]): Command {
  const program = new Command('seaworthy')
    .description('A merge gate that proves a pull request survives failure.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(masked(text)) })
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
  withFields(
    add(
      program,
      'doctor [suite]',
      'Say whether this machine, the suite and the cluster are fit for a run, and what to do.',
      async () => (await import('./commands/doctor.ts')).doctorCommand,
    ),
    INPUT_FIELDS.filter(({ name }) => DOCTOR_FIELDS.includes(name)),
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
    'verify',
    'Check that a statement and a journal belong together, and say what is asked for.',
    async () => (await import('./commands/verify.ts')).verifyCommand,
  )
    .requiredOption('--journal <file>', 'journal.json of the run.')
    .requiredOption('--statement <file>', 'attestation.intoto.json of the run, or a bundle of the attest action.')
    .option('--commit <sha>', 'The commit that must have been tested.')
    .option('--image <digest...>', 'An image that must have run: sha256:… or name@sha256:….')
    .option('--max-age <duration>', 'How long ago the run may have ended, such as 24h.')
    .option('--policy <file>', 'What else is asked for, in YAML: see docs/provenance.md.')
  withPublishFlags(
    add(
      program,
      'publish',
      "Tell a pull request what another workflow's run measured; its journal is taken for hostile.",
      async () => (await import('./commands/publish.ts')).publishCommand,
    ),
    argv,
  )
  add(
    program,
    'merge [journals...]',
    'Make one verdict and one set of reports of the journals of all shards (files, or folders with them).',
    async () => (await import('./commands/merge.ts')).mergeCommand,
  ).option('--report-dir <folder>', 'Where the reports and the journal of the whole are written.', 'merged')
  add(
    program,
    'history [journals...]',
    'Show how objectives, thresholds and recovery went over many runs, and write the page of a month.',
    async () => (await import('./commands/history.ts')).historyCommand,
  )
    .option('--out <page>', 'Write the page here: one HTML file.')
    .option('--month <month>', 'Speak of this month, such as 2026-11, and of nothing after it. Default: the latest.')
  add(
    program,
    'cleanup',
    'End and remove whatever runs left behind.',
    async () => (await import('./commands/cleanup.ts')).cleanupCommand,
  )
    .option('--run <id>', 'Only this run; without it, every run whose process is gone.')
    .option('--namespace <name>', 'Also what carries the label of --run in this namespace of a cluster.')
    .option('--kubeconfig <file>', 'How to reach the cluster that a run was on. Default: as for run.')
    .option('--context <name>', 'Context of the kubeconfig. Default: its current one.')
  add(
    program,
    'faults [type]',
    'List the fault types, or explain one.',
    async () => (await import('./commands/faults.ts')).faultsCommand,
  )
  add(
    program,
    'schema',
    'Print the JSON Schema of a suite, of a journal, or of what the doctor prints.',
    async () => (await import('./commands/schema.ts')).schemaCommand,
  ).addOption(new Option('--of <document>', 'Which one.').choices(['suite', 'journal', 'doctor']).default('suite'))
  add(
    program,
    'demo',
    'Gate a small shop twice: once as it should be, once with planted weaknesses.',
    async () => (await import('./commands/demo.ts')).demoCommand,
  ).option('--report-dir <folder>', 'Where the reports of both go.', 'out')
  withClusterFlags(
    add(
      program,
      'install',
      'Bring the chaos daemon and the controller into a cluster, or to this version.',
      async () => (await import('./commands/install.ts')).installCommand,
    ),
  )
    .option('--image <image>', 'Image of both parts (default: the released one of this version).')
    .option('--dry-run', 'Print the objects, and touch nothing.')
    .addOption(new Option('-o, --output <format>', 'Of --dry-run.').choices(['yaml', 'json']).default('yaml'))
    .option('--check', 'Print versions, readiness of each node, and what is left behind; touch nothing.')
    .option('--force', 'Go back to an older version though faults are on.')
    .option('--wait <duration>', 'How long to wait until all is ready; 0s does not wait.', '120s')
  withClusterFlags(
    add(
      program,
      'uninstall',
      'End every fault in a cluster, and remove the daemon, the controller and all that belongs to them.',
      async () => (await import('./commands/uninstall.ts')).uninstallCommand,
    ),
  ).option('--wait <duration>', 'How long to wait for the faults to end, and for the objects to go.', '60s')
  add(
    program,
    'tekton <step>',
    'Be a step of a Tekton Task: gate or cleanup. Params come from the environment.',
    async () => (await import('./commands/tekton.ts')).tektonCommand,
  ).option('--results-dir <folder>', 'Where Tekton reads the results.', '/tekton/results')
  add(
    program,
    'daemon',
    'Break and mend what lies on one node; the DaemonSet starts it there.',
    async () => (await import('./commands/daemon.ts')).daemonCommand,
  )
    .option('--node <name>', 'Node that this is (default: NODE_NAME).')
    .option('--namespace <name>', 'The own one, which is never hurt (default: POD_NAMESPACE, or seaworthy-system).')
    .option('--state <folder>', 'Journal and files of faults, kept on the node.', '/var/lib/seaworthy')
    .option('--cgroup-root <folder>', "Where the node's control groups are mounted.", '/host/cgroup')
    .option('--metrics-port <port>', '/metrics, /healthz and /readyz; 0 is any free one.', '9464')
    .option('--metrics-address <ip>', 'Listens there.', '0.0.0.0')
    .option('--kubeconfig <file>', 'Kubeconfig (default: KUBECONFIG, ~/.kube/config, or the pod that this is).')
    .option('--context <name>', 'Context of the kubeconfig (default: its current one).')
  add(
    program,
    'controller',
    'Run the controller in a cluster; its Deployment starts it.',
    async () => (await import('./commands/controller.ts')).controllerCommand,
  )
  return program
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

function withClusterFlags(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'Kubeconfig (default: KUBECONFIG, ~/.kube/config, or the pod that this is).')
    .option('--context <name>', 'Context of the kubeconfig (default: its current one).')
    .option('--namespace <namespace>', 'Namespace of the parts (default: seaworthy-system).')
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
  withFields(
    command,
    INPUT_FIELDS.filter(({ only }) => only !== 'action'),
  )
}

/** As the action's inputs of the same names; the token is GITHUB_TOKEN. */
function withPublishFlags(command: Command, argv: readonly string[]): void {
  if (!argv.includes(command.name())) return
  withFields(
    command,
    INPUT_FIELDS.filter(({ name }) => PUBLISH_FLAGS.includes(name)),
  )
}

function withFields(command: Command, fields: readonly InputField[]): void {
  for (const field of fields) {
    const option = new Option(
      `--${field.name} <${field.value}>`,
      field.fallback ? `${field.help} (default: ${field.fallback})` : field.help,
    )
    command.addOption(
      field.name === 'only' ? option.argParser((value: string, before: string[] = []) => [...before, value]) : option,
    )
  }
}
