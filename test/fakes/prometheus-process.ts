import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../../src/kit/exec.ts'

/** A real Prometheus on a free loopback port, with its data in a folder of its own. */
export interface PrometheusProcess {
  readonly url: string
  readonly stop: () => Promise<void>
}

const BINARY = '/usr/bin/prometheus'

/** Set where there is no Prometheus and its tests are left out on purpose. */
export const withoutPrometheus = process.env.SEAWORTHY_NO_PROMETHEUS === '1'

/** Throws, with the way to install it, where there is none. */
export async function startPrometheus(targets: readonly string[], scrapeMs: number): Promise<PrometheusProcess> {
  if (!existsSync(BINARY))
    throw new Error(
      `${BINARY} is missing: apt-get install prometheus, or set SEAWORTHY_NO_PROMETHEUS=1 to leave these tests out`,
    )
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-prometheus-'))
  const config = join(folder, 'prometheus.yml')
  const address = `127.0.0.1:${await freePort()}`
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: `${scrapeMs}ms`, scrape_timeout: `${scrapeMs}ms` },
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets }] }],
    }),
  )
  const child = start(
    BINARY,
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString('utf8')}`.slice(-2_000)
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `http://${address}`
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${words}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { url, stop }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
