import { existsSync, rmSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { systemClock } from '../../../kit/clock.ts'
import { exec } from '../../../kit/exec.ts'
import { openLineFile } from '../../../kit/line-file.ts'
import { createMask } from '../../../kit/mask.ts'
import { endAll } from '../end-processes.ts'
import { runMark } from '../marks.ts'
import { type Children, createChildren } from './children.ts'
import { readMessages, type WardenReport, type WardenRequest } from './protocol.ts'

/** The two ends of the pipe to the command line. */
export interface WardenPipes {
  readonly input: Readable
  readonly output: Writable
}

type OpenRequest = Extract<WardenRequest, { readonly ask: 'open' }>

const POLL_MS = 15

/**
 * The parent of everything that a run starts. It lives as long as its standard input is open, and that is as long as the
 * command line lives: whatever ends the command line, SIGKILL too, the warden sees the end of its input, ends every
 * process of the run, closes the ledger, removes the work folder and returns. Because who starts is who kills, there is
 * no moment at which a process exists and nobody knows it. Returns how many processes it could not end.
 */
export async function runWarden({ input, output }: WardenPipes): Promise<number> {
  ignoreTerminal()
  // Asked before the first request: then no start has to wait, and nothing can overtake it.
  const prefix = await deathSignalPrefix()
  const tell = (report: WardenReport) => {
    if (output.writable) output.write(`${JSON.stringify(report)}\n`)
  }
  output.on('error', () => {})
  const { opened, children, graceMs } = await serve(input, prefix, tell)
  if (!opened || !children) return 0
  if (graceMs !== undefined) await endGracefully(children, graceMs)
  const { left } = await endAll(children.identities(), [runMark(opened.run)])
  if (graceMs === undefined) settle(opened, left)
  else await tellLast(output, { saw: 'ended', left })
  return left.length
}

interface Served {
  readonly opened: OpenRequest | undefined
  readonly children: Children | undefined
  /** Undefined: nobody asked for the end, the command line is gone. */
  readonly graceMs: number | undefined
}

function serve(input: Readable, prefix: readonly string[], tell: (report: WardenReport) => void): Promise<Served> {
  const { promise, resolve } = Promise.withResolvers<Served>()
  let opened: OpenRequest | undefined
  let children: Children | undefined
  let over = false
  const end = (graceMs: number | undefined) => {
    over = true
    resolve({ opened, children, graceMs })
  }
  const take = (request: WardenRequest) => {
    if (over) return
    if (request.ask === 'open') {
      opened = request
      children = createChildren({ run: request.run, prefix, mask: createMask(request.secrets) }, tell)
    }
    if (request.ask === 'start') children?.start(request.start)
    if (request.ask === 'end') end(request.graceMs)
  }
  readMessages<WardenRequest>(input, take, () => end(undefined))
  return promise
}

/** SIGTERM and as much time as they need, but not more than `graceMs`. */
async function endGracefully(children: Children, graceMs: number): Promise<void> {
  children.terminate()
  const deadline = systemClock.monotonic() + graceMs
  while (children.running() > 0 && systemClock.monotonic() < deadline) await systemClock.sleep(POLL_MS)
}

/** The command line cannot do this any more. A ledger stays open while something is left, for `cleanup` to find. */
function settle({ ledgerPath, workFolder }: OpenRequest, left: readonly string[]): void {
  rmSync(workFolder, { recursive: true, force: true })
  if (left.length > 0 || !existsSync(ledgerPath)) return
  const ledger = openLineFile(ledgerPath)
  ledger.append({ entry: 'closed', at: systemClock.now() })
  ledger.close()
}

async function tellLast(output: Writable, report: WardenReport): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  output.once('error', () => resolve())
  output.write(`${JSON.stringify(report)}\n`, () => resolve())
  return promise
}

/** A Ctrl-C and the runner's cancellation are for the command line, which then asks for an orderly end. */
function ignoreTerminal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
}

/**
 * The kernel kills the direct children of a warden that was killed itself, where setpriv (util-linux) can ask for it.
 * By its full path: a service may bring a PATH of its own.
 */
async function deathSignalPrefix(): Promise<readonly string[]> {
  const found = await exec('/bin/sh', ['-c', 'command -v setpriv && setpriv --pdeathsig KILL true']).catch(
    () => undefined,
  )
  return found?.exitCode === 0 ? [found.stdout.trim(), '--pdeathsig', 'KILL', '--'] : []
}
