import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What is hurt in most of these tests: runs in a pod, on 8080 for HTTP and 9000 for UDP, which it echoes. Its paths look
 * at the world from within the pod, and answer in JSON.
 */
const BORN = Date.now()
const WORKER = 'setInterval(() => {}, 1e6) // seaworthy-worker'
let deaths = 0
let worker = 0

function work(): void {
  const child = spawn(process.execPath, ['-e', WORKER], { stdio: 'ignore' })
  worker = child.pid ?? 0
  child.once('exit', () => {
    deaths += 1
    work()
  })
}

async function resolve(name: string): Promise<string> {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 })
  return resolver.resolve4(name).then(
    (addresses) => addresses.join(','),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
}

async function call(url: string): Promise<string> {
  try {
    const headers = { connection: 'close' }
    return String((await fetch(url, { headers, signal: AbortSignal.timeout(1_000) })).status)
  } catch {
    return 'no answer'
  }
}

/** Writes and syncs; milliseconds. */
function write(path: string, bytes: number): number {
  const file = `${path}/probe-${process.pid}`
  const at = performance.now()
  const descriptor = openSync(file, 'w')
  writeSync(descriptor, Buffer.alloc(bytes))
  fsyncSync(descriptor)
  closeSync(descriptor)
  const tookMs = performance.now() - at
  rmSync(file)
  return tookMs
}

/** Most that this process waited for a timer of 1 ms. */
async function pause(): Promise<number> {
  let longest = 0
  for (let turn = 0; turn < 50; turn += 1) {
    const at = performance.now()
    await sleep(1)
    longest = Math.max(longest, performance.now() - at)
  }
  return longest
}

async function answer({ url = '/' }: IncomingMessage): Promise<unknown> {
  const { pathname, searchParams } = new URL(url, 'http://app')
  const word = (name: string) => searchParams.get(name) ?? ''
  if (pathname === '/') return { born: BORN, pid: process.pid, deaths, worker }
  if (pathname === '/resolve') return { answer: await resolve(word('name')) }
  if (pathname === '/call') return { answer: await call(word('url')) }
  if (pathname === '/write') return { ms: write(word('path'), Number(word('bytes'))) }
  if (pathname === '/free') return { bytes: statfsSync(word('path')).bavail * statfsSync(word('path')).bsize }
  if (pathname === '/exists') return { exists: existsSync(word('path')) }
  if (pathname === '/pause') return { ms: await pause() }
  return undefined
}

createServer(async (request, response) => {
  if (request.url?.startsWith('/big')) {
    response.end(Buffer.alloc(Number(new URL(request.url, 'http://app').searchParams.get('bytes') ?? 0)))
    return
  }
  const found = await answer(request).catch((error: Error) => ({ error: error.message }))
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found ?? {}))
}).listen(8080)

const udp = createSocket('udp4')
udp.on('message', (message, { port, address }) => udp.send(message, port, address))
udp.bind(9000)
work()
process.once('SIGTERM', () => process.exit(0))
