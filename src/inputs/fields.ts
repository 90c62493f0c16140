/**
 * Every input once: its name is the action's input and the command line's flag. `action.yml`, `--help` and
 * docs/inputs.md are held equal to this table by a test.
 */
export interface InputField {
  readonly name: string
  readonly value: string
  readonly fallback: string
  readonly help: string
  /** Only there where a pull request is. */
  readonly only?: 'action' | 'command'
}

export const INPUT_FIELDS: readonly InputField[] = [
  { name: 'suite', value: 'file', fallback: 'seaworthy.yaml', help: 'The suite to run.' },
  {
    name: 'mode',
    value: 'mode',
    fallback: 'enforce',
    help: 'enforce blocks on the verdict, report never does, plan touches nothing; only in the action, merge judges all shards and publish tells what another workflow measured.',
  },
  {
    name: 'on-inconclusive',
    value: 'what',
    fallback: 'fail',
    help: 'What an inconclusive verdict means for the merge: fail or pass.',
  },
  { name: 'report-dir', value: 'folder', fallback: 'out', help: 'Where reports, the journal and logs are written.' },
  {
    name: 'cluster',
    value: 'which',
    fallback: '',
    help: 'connect or kind, in place of what the suite says: a cluster that is there, or one that is made for the run.',
  },
  {
    name: 'kubeconfig',
    value: 'file',
    fallback: '',
    help: 'How to reach the cluster. Default: KUBECONFIG, the usual file, or the service account of a pod.',
  },
  { name: 'context', value: 'name', fallback: '', help: 'Context of the kubeconfig. Default: its current one.' },
  {
    name: 'namespace',
    value: 'name',
    fallback: '',
    help: 'Namespace of the preview, in place of the one that the suite names.',
  },
  {
    name: 'image',
    value: 'reference',
    fallback: '',
    help: 'Image of this program for its pods in the cluster. Default: the published one of the same version.',
  },
  {
    name: 'install',
    value: 'when',
    fallback: 'never',
    help: 'ensure brings the daemon and the controller into the cluster where they are missing, never does not.',
  },
  {
    name: 'kind-binary',
    value: 'file',
    fallback: '',
    help: 'The kind to make a cluster with. Default: one in PATH, else the release that this program was made for.',
  },
  {
    name: 'kind-image',
    value: 'reference',
    fallback: '',
    help: "Image of the nodes of a cluster of kind, which names its Kubernetes. Default: kind's own.",
  },
  {
    name: 'kind-config',
    value: 'file',
    fallback: '',
    help: 'Configuration of a cluster of kind: nodes, ports, registries. Default: one node.',
  },
  {
    name: 'kind-keep',
    value: 'when',
    fallback: 'never',
    help: 'always keeps a cluster of kind for a look into it, until cleanup; never deletes it with the run.',
    only: 'command',
  },
  {
    name: 'prometheus-url',
    value: 'url',
    fallback: '',
    help: 'Ask this Prometheus in place of the one that the suite names.',
  },
  {
    name: 'only',
    value: 'names',
    fallback: '',
    help: 'Run only these experiments: names, one a line (the flag may be repeated).',
  },
  {
    name: 'seed',
    value: 'number',
    fallback: '',
    help: 'Repeat the random choices of an earlier run; its number is in the report.',
  },
  {
    name: 'shard',
    value: 'i/n',
    fallback: '',
    help: 'Run only part i of n of the experiments, such as 2/3; merge makes one verdict of all parts.',
  },
  {
    name: 'journals',
    value: 'paths',
    fallback: 'shards',
    help: 'For mode merge: journals of all shards, or folders with them, one a line.',
    only: 'action',
  },
  { name: 'plan', value: 'digest', fallback: '', help: 'Refuse to run any other plan than the one with this digest.' },
  {
    name: 'approval',
    value: 'file',
    fallback: '',
    help: 'A signed approval of the plan, with its signature beside it in file.sig (docs/approval.md).',
  },
  {
    name: 'lock-wait',
    value: 'duration',
    fallback: '0s',
    help: 'How long to wait for another run that has the namespace; 0s refuses at once, with its name.',
  },
  {
    name: 'policy-from',
    value: 'what',
    fallback: '',
    help: 'Hold the suite to the policy of another version of it: a file, or a branch, tag or commit of git.',
    only: 'command',
  },
  {
    name: 'comment',
    value: 'when',
    fallback: 'always',
    help: 'Comment on the pull request: always, on-failure or never.',
    only: 'action',
  },
  {
    name: 'check-name',
    value: 'name',
    fallback: 'Seaworthy',
    help: 'Name of the check run; the name of the suite is added.',
    only: 'action',
  },
  {
    name: 'check',
    value: 'when',
    fallback: 'always',
    help: 'Write a check run: always, or never where another workflow publishes.',
    only: 'action',
  },
  {
    name: 'journal',
    value: 'file',
    fallback: '',
    help: 'For mode publish: the journal that the other workflow uploaded. It is taken for hostile.',
    only: 'action',
  },
  {
    name: 'github-token',
    value: 'token',
    fallback: '',
    help: 'Token for the comment and the check run.',
    only: 'action',
  },
]
