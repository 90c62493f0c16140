import { fileURLToPath } from 'node:url'

/** How to start this program again as one of its own helpers, from the sources as from `dist`. */
export function helperCommand(): readonly string[] {
  const cli = import.meta.url.endsWith('.ts') ? './cli.ts' : '../cli.cjs'
  return [process.execPath, fileURLToPath(new URL(cli, import.meta.url)), 'internal']
}
