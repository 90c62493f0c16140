import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Plugin, transform } from 'esbuild'
import { VERSION } from '../src/kit/version.ts'
import { bundledComponents, sbomOf } from './image/sbom.ts'
import { bundledPackages, licences } from './licences.ts'

/**
 * Bundles for the command line and the action. The entries are tiny files that turn on Node's compile cache and
 * then require only what the command needs from `dist/lib`, in chunks that all commands share: one bundle of all
 * libraries took several times as long to start.
 */
const DIST = 'dist'
const LIBRARY = join(DIST, 'lib')
const LIMIT_BYTES = 4 * 1024 * 1024

/** Identifiers stay as they are: stack traces can be read, and errors that are named after their class keep that name. */
const common = {
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const

/** `import()` as `require()`: Node's loader of ECMAScript modules alone took longer to start than a whole small chunk. */
const asCommonJs = { ...common, format: 'cjs', supported: { 'dynamic-import': false } } as const

/** The entries reach the rest by `import('./….ts')`, which is `dist/lib/….cjs` there. */
const libraryIsBesideUs: Plugin = {
  name: 'library-is-beside-us',
  setup(builder) {
    builder.onResolve({ filter: /^\.\/.*\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./lib/${basename(path, '.ts')}.cjs`, external: true } : undefined,
    )
  },
}

/** The command-line parser can start other programs as its commands; ours has none, and loading what that needs took 5 ms. */
const commandsAreOurOwn: Plugin = {
  name: 'commands-are-our-own',
  setup(builder) {
    builder.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('node_modules/commander/') ? { path: 'child_process', namespace: 'unused' } : undefined,
    )
    builder.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'export default {}' }))
  },
}

/** Only ECMAScript modules are split into chunks by the bundler, so that is what it makes first. */
async function splitLibrary() {
  return build({
    ...common,
    bundle: true,
    entryPoints: {
      program: 'src/entry/program.ts',
      internal: 'src/entry/internal.ts',
      'run-action': 'src/entry/github/run-action.ts',
      'run-post': 'src/entry/github/run-post.ts',
    },
    format: 'esm',
    splitting: true,
    outdir: LIBRARY,
    outExtension: { '.js': '.cjs' },
    chunkNames: '[name]-[hash]',
    metafile: true,
    write: false,
    plugins: [commandsAreOurOwn],
  })
}

/** How a chunk reaches a built-in module of Node: by a copy with a getter for each of its members. */
const BUILT_IN = /__toESM\(require\("(node:[a-z/_]+)"\)\)/g

async function toCommonJs(chunk: string): Promise<string> {
  const asksForItsPlace = chunk.includes('import.meta.url')
  const { code } = await transform(chunk, {
    ...asCommonJs,
    define: { 'import.meta.url': 'urlOfThisFile' },
    banner: asksForItsPlace ? "const urlOfThisFile=require('node:url').pathToFileURL(__filename).href;" : '',
  })
  // The members seen through the prototype are the same, and cost nothing until they are asked for.
  return code.replaceAll(BUILT_IN, 'Object.create(require("$1"),{default:{value:require("$1")}})')
}

rmSync(DIST, { recursive: true, force: true })
mkdirSync(LIBRARY, { recursive: true })
const { outputFiles, metafile } = await splitLibrary()
for (const { path, text } of outputFiles) writeFileSync(join(LIBRARY, basename(path)), await toCommonJs(text))
for (const entry of ['cli', 'action', 'post']) {
  await build({
    ...asCommonJs,
    bundle: true,
    entryPoints: [`src/entry/${entry}.ts`],
    outfile: join(DIST, `${entry}.cjs`),
    plugins: [libraryIsBesideUs],
  })
}
const packages = bundledPackages(Object.keys(metafile.inputs))
writeFileSync(join(DIST, 'licenses.txt'), licences(packages))
writeFileSync(join(DIST, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(VERSION, bundledComponents(packages)), null, 2)}\n`)

const bytes = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
if (bytes > LIMIT_BYTES) throw new Error(`dist is ${bytes} bytes, at most ${LIMIT_BYTES} are allowed`)
