import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { licences } from './licences.ts'

/**
 * Bundles for the command line and the action. The two entries are tiny CommonJS files that turn on Node's compile
 * cache and then import only what the command needs from `dist/lib`, in chunks that all commands share: one bundle of
 * all libraries took several times as long to start.
 */
const DIST = 'dist'
const LIMIT_BYTES = 4 * 1024 * 1024

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/** The entries reach the rest by `import('./lib/….mjs')`, which must stay as it is. */
const libraryIsBesideUs: Plugin = {
  name: 'library-is-beside-us',
  setup(builder) {
    builder.onResolve({ filter: /^\.\/.*\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import'
        ? { path: path.replace('./', './lib/').replace(/\.ts$/, '.mjs'), external: true }
        : undefined,
    )
  },
}

rmSync(DIST, { recursive: true, force: true })
mkdirSync(DIST)
const library = await build({
  ...common,
  entryPoints: {
    program: 'src/entry/program.ts',
    internal: 'src/entry/internal.ts',
    'run-action': 'src/entry/run-action.ts',
  },
  format: 'esm',
  splitting: true,
  outdir: join(DIST, 'lib'),
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  metafile: true,
  // CommonJS libraries inside ECMAScript chunks still ask for Node's own modules by require().
  banner: {
    js: "import{createRequire as seaworthyRequire}from'node:module';const require=seaworthyRequire(import.meta.url);",
  },
})
for (const entry of ['cli', 'action']) {
  await build({
    ...common,
    entryPoints: [`src/entry/${entry}.ts`],
    format: 'cjs',
    outfile: join(DIST, `${entry}.cjs`),
    plugins: [libraryIsBesideUs],
  })
}
writeFileSync(join(DIST, 'licenses.txt'), licences(Object.keys(library.metafile.inputs)))

const bytes = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
if (bytes > LIMIT_BYTES) throw new Error(`dist is ${bytes} bytes, at most ${LIMIT_BYTES} are allowed`)
