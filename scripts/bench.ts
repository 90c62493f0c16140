import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { judging } from './bench/judging.ts'
import { links } from './bench/links.ts'
import { memory } from './bench/memory.ts'
import { overhead } from './bench/overhead.ts'
import { isMet, type Row, round } from './bench/row.ts'
import { bytesIn } from './bench/runs.ts'
import { startUp } from './bench/start-up.ts'

/**
 * Speed, memory and size of the built program, each against a peer on the same machine in the same minutes.
 * It reports and does not gate: the exit code says nothing about the figures. About three minutes.
 */
const CLI = resolve('dist/cli.cjs')
const SHOP = resolve('examples/shop/sturdy.yaml')
const MEGABYTE = 1024 * 1024

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
const loadBefore = loadavg().map((load) => round(load))
const rows: Row[] = []
const parts = [
  () => startUp(CLI, SHOP, folder),
  () => overhead(CLI, folder),
  () => memory(CLI, SHOP, folder),
  links,
  judging,
  async () => [size()],
]
try {
  for (const part of parts) {
    for (const row of await part()) {
      rows.push(row)
      console.log(line(row))
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
mkdirSync('out', { recursive: true })
const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.versions.node, loadBefore }
const report = { atMs: Date.now(), machine, rows: rows.map((row) => ({ ...row, met: isMet(row) })) }
writeFileSync(join('out', 'bench.json'), `${JSON.stringify(report, null, 2)}\n`)
console.log(`\nload before ${loadBefore.join(' ')}; written to out/bench.json`)

function size(): Row {
  const measured = round(bytesIn('dist') / MEGABYTE)
  return { what: 'size of dist', measured, unit: 'MB', target: { atMost: 4 }, peer: 'minified, with all libraries' }
}

function line(row: Row): string {
  const { what, measured, unit, target, peer } = row
  const wanted = !target ? '' : 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`
  const met = { true: 'met', false: 'NOT MET', null: '' }[String(isMet(row)) as 'true' | 'false' | 'null']
  return `${what.padEnd(42)} ${`${measured} ${unit}`.padEnd(34)} ${wanted.padEnd(12)} ${met.padEnd(8)} ${peer}`
}
