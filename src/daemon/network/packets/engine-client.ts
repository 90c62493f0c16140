import { createInterface } from 'node:readline'
import { SeaworthyError } from '../../../kit/errors.ts'
import { start } from '../../../kit/exec.ts'
import { onUnhook } from '../unhook.ts'
import { answerSchema, type EngineRequest, type QueueCounts, type QueueSpec } from './queue-protocol.ts'

const ANSWER_TIMEOUT_MS = 10_000

interface OpenOptions {
  readonly helperCommand: readonly string[]
  /** Told once when the queue is gone though nobody closed it. */
  readonly onLost: (detail: string) => void
}

/** The daemon's side of the packet engine; one for all queues of a node. */
export interface PacketEngine {
  /** Opens a queue, in place of one of the same id. Throws SeaworthyError('ENGINE') when it is not given. */
  readonly open: (spec: QueueSpec, options: OpenOptions) => Promise<void>
  /** Lets pass what waits and gives the queue back; nothing happens where there is none. */
  readonly close: (id: string) => Promise<void>
  /** undefined when there is no such queue. */
  readonly read: (id: string) => Promise<QueueCounts | undefined>
  /** Process id of the helper while it runs. */
  readonly pid: () => number | undefined
  readonly stop: () => Promise<void>
}

interface Helper {
  readonly child: ReturnType<typeof start>
  readonly ask: (request: Asked) => Promise<QueueCounts | undefined>
}

type Without<T> = T extends { readonly number: number } ? Omit<T, 'number'> : never
type Asked = Without<EngineRequest>

/** Starts the helper with the first queue, and again when it has died: its queues have failed open, and their owners were told. */
export function createPacketEngine(): PacketEngine {
  let helper: Helper | undefined
  const lost = new Map<string, (detail: string) => void>()
  const tell = (id: string, detail: string) => {
    const listener = lost.get(id)
    lost.delete(id)
    listener?.(detail)
  }
  const running = (command: readonly string[]): Helper => {
    if (helper) return helper
    const started = startHelper(command, tell, (detail) => {
      if (helper === started) helper = undefined
      for (const id of [...lost.keys()]) tell(id, detail)
    })
    helper = started
    return started
  }
  const close = async (id: string) => {
    const isOpen = lost.delete(id)
    if (isOpen) await helper?.ask({ ask: 'close', id })
  }
  onUnhook(async (netns) => {
    const holder = lost.size > 0 ? helper : undefined
    await holder?.ask({ ask: 'suspend', netns }).catch(() => undefined)
    return async () => {
      await holder?.ask({ ask: 'resume', netns }).catch(() => undefined)
    }
  })
  return {
    open: async (spec, { helperCommand, onLost }) => {
      await close(spec.id)
      const engine = running(helperCommand)
      await engine.ask({ ask: 'open', spec })
      lost.set(spec.id, onLost)
      if (helper !== engine) tell(spec.id, 'the packet engine ended')
    },
    close,
    read: async (id) => (lost.has(id) ? helper?.ask({ ask: 'read', id }) : undefined),
    pid: () => helper?.child.pid,
    stop: async () => {
      const child = helper?.child
      lost.clear()
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.stdin?.end()
      await ended
    },
  }
}

function startHelper(
  command: readonly string[],
  onLost: (id: string, detail: string) => void,
  onEnd: (detail: string) => void,
): Helper {
  const child = start('setpriv', ['--pdeathsig', 'KILL', ...command, 'packet-engine'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const questions = new Map<number, PromiseWithResolvers<QueueCounts | undefined>>()
  let asked = 0
  const end = (detail: string) => {
    for (const question of questions.values()) question.reject(new SeaworthyError('ENGINE', detail))
    questions.clear()
    onEnd(detail)
  }
  child.once('error', (error) => end(`the packet engine could not be started: ${error.message}`))
  child.once('close', (code, signal) => end(`the packet engine ended with ${code ?? signal}`))
  child.stdin?.on('error', () => undefined)
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = answerSchema.parse(JSON.parse(line))
      if ('lost' in answer) return onLost(answer.lost, answer.detail)
      const question = questions.get(answer.number)
      questions.delete(answer.number)
      if ('error' in answer) question?.reject(new SeaworthyError('ENGINE', answer.error))
      else question?.resolve(answer.counts)
    })
  child.unref()
  const ask = async (request: Asked) => {
    asked += 1
    const number = asked
    const question = Promise.withResolvers<QueueCounts | undefined>()
    questions.set(number, question)
    const timer = setTimeout(
      () => question.reject(new SeaworthyError('ENGINE', 'the packet engine does not answer')),
      ANSWER_TIMEOUT_MS,
    )
    child.stdin?.write(`${JSON.stringify({ ...request, number })}\n`)
    try {
      return await question.promise
    } finally {
      clearTimeout(timer)
      questions.delete(number)
    }
  }
  return { child, ask }
}
