import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '../../src/model/journal.ts'
import { median, type Row, round } from './row.ts'
import { measuredRun } from './runs.ts'

const SERVER = `import { createServer } from 'node:http'
createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1')
`
const FAULTS = [
  '{type: pod-kill, target: {workload: web, mode: one}}',
  '{type: network-delay, target: {workload: web}, latency: 50ms}',
  '{type: http-abort, target: {workload: web}, share: 20%, status: 503}',
  '{type: process-pause, target: {workload: web, mode: one}}',
  '{type: scale, target: {workload: web}, to: 2}',
]
const WINDOW_MS = 2_000
const nameOf = (place: number) => `experiment ${place + 1}`
const SUITE = `apiVersion: seaworthy.dev/v1
kind: Suite
metadata: {name: bench}
system:
  services:
    web: {command: node server.mjs, replicas: 3}
traffic: {http: {url: http://web/, rate: 40/s}}
objectives: [{name: availability, indicator: {traffic: success}, target: 50%}]
windows: {warmup: 1s, baseline: ${WINDOW_MS}ms, fault: ${WINDOW_MS}ms, recovery: ${WINDOW_MS}ms}
limits: {blast-radius: {targets: 3, percent: 100%}}
experiments:
${FAULTS.map((fault, place) => `  - {name: "${nameOf(place)}", fault: ${fault}}`).join('\n')}
`

/** What a run of five experiments takes beyond the windows that its suite asked for. */
export async function overhead(cli: string, folder: string): Promise<readonly Row[]> {
  const place = join(folder, 'overhead')
  mkdirSync(place)
  writeFileSync(join(place, 'server.mjs'), SERVER)
  writeFileSync(join(place, 'suite.yaml'), SUITE)
  const { journal } = await measuredRun(cli, join(place, 'suite.yaml'), place)
  const beyond = FAULTS.map((_, place) => msOf(journal, nameOf(place)) - 3 * WINDOW_MS)
  const planned = journal.plan.estimateMs
  const took = journal.timings.reduce((sum, { ms }) => sum + ms, 0)
  return [
    {
      what: 'overhead of an experiment, median',
      measured: round(median(beyond) / 1_000),
      unit: 's',
      target: { atMost: 0.5 },
      peer: `beyond its own windows; largest of ${beyond.length} ${round(Math.max(...beyond) / 1_000)} s`,
    },
    {
      what: 'a whole run of five experiments',
      measured: round(took / planned),
      unit: 'times its plan',
      target: null,
      peer: `${round(took / 1_000, 1)} s against ${round(planned / 1_000, 1)} s planned; verdict ${journal.verdict}`,
    },
  ]
}

function msOf({ timings }: Journal, phase: string): number {
  const timing = timings.find((one) => one.phase === phase)
  if (!timing) throw new Error(`the run has no timing of ${phase}`)
  return timing.ms
}
