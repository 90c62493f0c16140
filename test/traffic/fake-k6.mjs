// Plays a recorded stream again, as if it happened now. Put on the PATH of a test under the name k6.
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const { FAKE_K6_STREAM, FAKE_K6_EXIT = '0', FAKE_K6_CALL, FAKE_K6_HOLD_MS = '0', FAKE_K6_STDERR = '' } = process.env
if (FAKE_K6_CALL) writeFileSync(FAKE_K6_CALL, JSON.stringify({ args: process.argv.slice(2), env: process.env }))
const lines = readFileSync(FAKE_K6_STREAM, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((text) => ({ text, data: JSON.parse(text).data }))
const first = Math.min(...lines.flatMap(({ data }) => (data.time ? [Date.parse(data.time)] : [])))
const start = Date.now()
process.stdout.write('not json\n{"type":"Point","metric":"http_reqs"}\n')
for (const { text, data } of lines) {
  if (data.time === undefined) {
    process.stdout.write(`${text}\n`)
    continue
  }
  const at = start + (Date.parse(data.time) - first)
  await sleep(Math.max(0, at - Date.now()))
  // The fraction beyond milliseconds tells the requests apart, as in the recording.
  const fraction = data.time.replace(/^.*?\.\d{3}/, '')
  process.stdout.write(`${text.replace(data.time, new Date(at).toISOString().replace('Z', fraction))}\n`)
}
await sleep(Number(FAKE_K6_HOLD_MS))
process.stderr.write(FAKE_K6_STDERR)
process.exitCode = Number(FAKE_K6_EXIT)
