import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as workflowParser from '@actions/workflow-parser'
import type * as actionParser from '@actions/workflow-parser/actions/action-parser'
import { build } from 'esbuild'

type Parsers = Pick<
  typeof workflowParser & typeof actionParser,
  'parseWorkflow' | 'parseAction' | 'convertWorkflowTemplate' | 'NoOperationTraceWriter'
>

/** GitHub's own parsers of workflows and actions, with its schemas. Bundled first: they import JSON in a way that Node does not know. */
export async function githubParsers(): Promise<Parsers> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'seaworthy-parsers-')), 'parsers.mjs')
  await build({
    stdin: {
      contents: `
        export * from '@actions/workflow-parser'
        export { parseAction } from '@actions/workflow-parser/actions/action-parser'`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    outfile,
  })
  return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Parsers
}
