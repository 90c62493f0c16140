/** Which room may use which (docs/design/0001-structure.md). Each rule says what would go wrong without it. */
const rooms = [
  'inputs',
  'suite',
  'plan',
  'platform',
  'faults',
  'agent',
  'engine',
  'traffic',
  'observe',
  'judge',
  'policy',
  'history',
  'report',
  'publish',
  'cleanup',
  'kube',
  'daemon',
  'controller',
  'install',
  'attest',
  'approval',
]

/** A step that may use others besides model and kit. */
const exceptions = {
  suite: ['faults'],
  plan: ['faults'],
  engine: ['agent', 'faults', 'kube'],
  platform: ['kube'],
  traffic: ['kube'],
  observe: ['kube'],
  cleanup: ['platform', 'kube', 'install'],
  daemon: ['faults', 'kube'],
  controller: ['faults', 'kube'],
  install: ['kube'],
  attest: ['judge'],
}

const stepsStandAlone = rooms.map((room) => ({
  name: `${room}-stands-alone`,
  comment: `A step of the pipeline knows only the words (model) and the tools (kit), so that it can be replaced, tested and replayed by itself.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, 'model', 'kit', ...(exceptions[room] ?? [])].join('|')})/` },
}))

export default {
  forbidden: [
    ...stepsStandAlone,
    {
      name: 'nobody-imports-entry',
      comment:
        'Entries know which host they run on (argv, environment, exit codes); whatever imported one would depend on that host.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/entry/' },
      to: { path: '^src/entry/' },
    },
    {
      name: 'only-entry-imports-run',
      comment:
        'The story calls the steps. A step that called the story would make the order of a run impossible to read.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(entry|run)/' },
      to: { path: '^src/run/' },
    },
    {
      name: 'words-and-tools-know-nobody',
      comment:
        'model and kit are used by every room; one import from there into a room would tie all of them together.',
      severity: 'error',
      from: { path: '^src/(model|kit)/' },
      to: { path: '^src/', pathNot: '^src/(model|kit)/' },
    },
    {
      name: 'kit-has-no-domain-words',
      comment: 'Tools that know the domain stop being tools.',
      severity: 'error',
      from: { path: '^src/kit/' },
      to: { path: '^src/model/' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: 'A plan, a judgement and a report must come out the same from a saved journal on any machine.',
      severity: 'error',
      from: { path: '^src/(plan|judge|history|report|faults|attest)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'one-door-to-processes',
      comment:
        'kit/exec keeps the difference between an exit code and a signal; a killed child that reads as 0 would be a green verdict.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/kit/exec\\.ts$' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'one-door-to-axios',
      comment: 'Proxies, time limits and size limits are set in one place.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/kit/http\\.ts$' },
      to: { path: 'node_modules/axios/' },
    },
    {
      name: 'actions-only-at-the-edge',
      comment: 'The same program runs as an action, a Tekton task and a command; only its edge may know GitHub.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(entry|publish)/' },
      to: { path: 'node_modules/@actions/' },
    },
    {
      name: 'no-cycles',
      comment: 'In a cycle no file can be understood before the others.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'Test code is not shipped.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|examples)/' },
    },
    {
      name: 'no-development-dependency-at-run-time',
      comment: 'It would be missing where the package is installed.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-test-imports-a-test',
      comment: 'A test that imports another runs it twice and fails with it.',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
}
