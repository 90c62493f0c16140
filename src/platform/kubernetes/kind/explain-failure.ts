import { stripVTControlCharacters } from 'node:util'

/** What went wrong with a command of kind, and what can be done about it. */
export interface KindFailure {
  readonly message: string
  readonly remedy: string
}

interface KnownFailure {
  readonly pattern: RegExp
  readonly explain: (found: readonly string[], context: Context) => KindFailure
}

interface Context {
  /** `kind create cluster --name …` */
  readonly command: string
  readonly output: string
}

const SHOWN_LINES = 3
const SHOWN_CHARACTERS = 600
const START_DOCKER = 'Start it (`sudo systemctl start docker`, or Docker Desktop), or set DOCKER_HOST to one that runs.'

/**
 * Says what a failed command of kind meant. `args` are those of kind, `output` is what it wrote; kind says everything by its
 * words, its exit status is always 1. Errors that are not known are shown as kind's own last lines. Pure.
 * Texts: kind v0.33.0 (errors of its own), Docker 20.10 and 28 (errors that it hands on).
 */
export function explainKindFailure(args: readonly string[], output: string): KindFailure {
  const text = stripVTControlCharacters(output)
  const context = { command: `kind ${args.join(' ')}`, output: text }
  for (const { pattern, explain } of [...ENGINE, ...CREATE, ...CONFIG, ...LOAD_AND_DELETE]) {
    const found = pattern.exec(text)
    if (found) {
      const { message, remedy } = explain(found.slice(1), context)
      return { message: short(message), remedy: short(remedy) }
    }
  }
  return {
    message: short(`${context.command} failed: ${lastWords(text)}`),
    remedy: 'Run it by hand, with `--verbosity 1` for more words.',
  }
}

const ENGINE: readonly KnownFailure[] = [
  {
    pattern: /exec: "(docker|podman|nerdctl)": executable file not found/,
    explain: ([engine = '']) => ({
      message: `${engine} is not in PATH, and kind makes its nodes as containers`,
      remedy: 'Install Docker and put it in PATH, or use a cluster that is there: `cluster: connect`.',
    }),
  },
  {
    pattern: /Cannot connect to the Docker daemon at (\S+?)\.? Is the docker daemon running/,
    explain: ([address = '']) => ({
      message: `the Docker daemon does not answer at ${address}`,
      remedy: START_DOCKER,
    }),
  },
  {
    pattern: /permission denied while trying to connect to the Docker daemon socket/,
    explain: () => ({
      message: 'this user may not speak to the Docker daemon',
      remedy:
        'Add it to the group docker (`sudo usermod -aG docker "$USER"`) and log in again, or use rootless Docker.',
    }),
  },
  {
    pattern: /no space left on device/,
    explain: () => ({
      message: 'there is no space left on the disk of the container engine',
      remedy: 'Free some: `docker system df` shows what takes it, `docker image prune` removes unused images.',
    }),
  },
]

const CREATE: readonly KnownFailure[] = [
  {
    pattern: /failed to pull image "(.+?)": [\s\S]*?exit status \d+(?:\s+Command Output:)?\s*([\s\S]*)/,
    explain: ([image = '', reason = '']) => ({
      message: `the node image ${image} is not here and cannot be pulled: ${lastWords(reason)}`,
      remedy: `Correct its name, or bring it here first: \`docker pull ${image}\`.`,
    }),
  },
  {
    pattern: /node\(s\) already exist for a cluster with the name "(.+?)"/,
    explain: ([name = '']) => ({
      message: `there is already a kind cluster named ${name}`,
      remedy: `Delete it when nobody uses it: \`kind delete cluster --name ${name}\`.`,
    }),
  },
  {
    pattern: /'(.*)' is not a valid cluster name, cluster names must match/,
    explain: ([name = '']) => ({
      message: `${JSON.stringify(name)} is not a name for a kind cluster`,
      remedy: 'Use small letters, digits, dots and dashes.',
    }),
  },
  {
    pattern: /Bind for (\S+) failed: port is already allocated/,
    explain: ([address = '']) => portTaken(address, 'another container'),
  },
  {
    pattern: /listen \w+ (\S+): bind: address already in use/,
    explain: ([address = '']) => portTaken(address, 'a program of this machine'),
  },
  {
    pattern: /could not find a log line that matches/,
    explain: () => ({
      message: 'the node never came up: its image is no node image of kind, or systemd did not start in it',
      remedy: 'Use an image that kind publishes (kindest/node), and look into serial.log of the exported logs.',
    }),
  },
  {
    pattern: /failed to (?:init|join) node with kubeadm/,
    explain: (_, { output }) => ({
      message: `Kubernetes did not start in the node: ${kubeadmReason(output)}`,
      remedy: 'Look into kubelet.log of the exported logs; most often memory, disk or inotify limits are too small.',
    }),
  },
]

const CONFIG: readonly KnownFailure[] = [
  {
    pattern: /unable to decode config: yaml: unmarshal errors:\s*(line \d+: .+)/,
    explain: ([where = '']) => config(where, 'Correct that key: https://kind.sigs.k8s.io/docs/user/configuration/'),
  },
  {
    pattern: /could not determine kind \/ apiVersion for config: (.+)/,
    explain: ([why = '']) =>
      config(why, 'Write it as YAML with `kind: Cluster` and `apiVersion: kind.x-k8s.io/v1alpha4`.'),
  },
  {
    pattern: /unknown apiVersion: (\S+)/,
    explain: ([version = '']) => config(`${version} is unknown`, 'Use `apiVersion: kind.x-k8s.io/v1alpha4`.'),
  },
  {
    pattern: /error reading file: open (.+?): no such file or directory/,
    explain: ([path = '']) => ({ message: `the configuration ${path} is not there`, remedy: 'Correct its path.' }),
  },
  {
    pattern: /(must have at least one control-plane node)/,
    explain: ([why = '']) => config(why, 'Give one node the role control-plane, or none any role.'),
  },
  {
    pattern: /(invalid configuration for node \d+: .+)/,
    explain: ([why = '']) => config(why, 'Correct that node: https://kind.sigs.k8s.io/docs/user/configuration/'),
  },
  {
    pattern: /(unknown flag: \S+|invalid argument .+ for "\S+" flag: .+)/,
    explain: ([why = '']) => ({
      message: `this kind does not take what it is told: ${why}`,
      remedy: 'Use the version of kind that this program was made for: leave --kind-binary away.',
    }),
  },
]

const LOAD_AND_DELETE: readonly KnownFailure[] = [
  {
    pattern: /image: "(.+?)" not present locally/,
    explain: ([image = '']) => ({
      message: `the image ${image} is not on this machine`,
      remedy: `Build or pull it before the run: \`docker build -t ${image} .\` or \`docker pull ${image}\`.`,
    }),
  },
  {
    pattern: /no nodes found for cluster "(.+?)"/,
    explain: ([name = '']) => ({
      message: `there is no kind cluster named ${name}`,
      remedy: 'Somebody deleted it while the run needed it; `kind get clusters` shows those that are there.',
    }),
  },
  {
    pattern: /could not locate any control plane nodes for cluster named '(.+?)'/,
    explain: ([name = '']) => ({
      message: `there is no kind cluster named ${name}`,
      remedy: '`kind get clusters` shows those that are there.',
    }),
  },
  {
    pattern: /ERROR: stat (.+?): no such file or directory/,
    explain: ([path = '']) => ({
      message: `the image archive ${path} is not there`,
      remedy: 'Make it with `docker save`, or correct its path in `system.deploy.images`.',
    }),
  },
  {
    pattern: /(tried to kill container, but did not receive an exit event)/,
    explain: ([why = '']) => ({
      message: `the container engine could not end a node: ${why}`,
      remedy: 'Try again in a few seconds; if it stays, restart the container engine.',
    }),
  },
]

function portTaken(address: string, by: string): KindFailure {
  return {
    message: `${address} is taken by ${by}`,
    remedy: 'Free that port, or choose another `hostPort` in the configuration of kind.',
  }
}

function config(why: string, remedy: string): KindFailure {
  return { message: `the configuration of kind is not valid: ${why}`, remedy }
}

/** kubeadm prints hundreds of lines; its own reason stands on one of them. */
function kubeadmReason(output: string): string {
  const reason = /error execution phase .+/.exec(output)?.[0]
  return reason ?? lastWords(output)
}

/** What follows kind's `ERROR: `, or all of it: the last lines that hold anything. */
function lastWords(text: string): string {
  const lines = text
    .slice(Math.max(0, text.lastIndexOf('ERROR: ')))
    .replace(/^ERROR: /, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.length === 0 ? 'it printed nothing' : lines.slice(-SHOWN_LINES).join(' / ')
}

function short(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, ' ')
  return plain.length > SHOWN_CHARACTERS ? `${plain.slice(0, SHOWN_CHARACTERS)}…` : plain
}
