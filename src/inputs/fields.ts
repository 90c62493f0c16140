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
    help: 'enforce blocks on the verdict, report never does, plan touches nothing.',
  },
  {
    name: 'on-inconclusive',
    value: 'what',
    fallback: 'fail',
    help: 'What an inconclusive verdict means for the merge: fail or pass.',
  },
  { name: 'report-dir', value: 'folder', fallback: 'out', help: 'Where reports, the journal and logs are written.' },
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
  { name: 'plan', value: 'digest', fallback: '', help: 'Refuse to run any other plan than the one with this digest.' },
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
    name: 'github-token',
    value: 'token',
    fallback: '',
    help: 'Token for the comment and the check run.',
    only: 'action',
  },
]
