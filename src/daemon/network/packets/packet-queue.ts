import { messageOf } from '../../../kit/errors.ts'
import { start } from '../../../kit/exec.ts'
import { deriveSeed } from '../../../kit/random.ts'
import { createLane, type Lane } from './lane.ts'
import { bindMessages, createDecoder, limitMessage } from './netlink.ts'
import { pumpCommand } from './pump.ts'
import type { QueueCounts, QueueSpec } from './queue-protocol.ts'

/** Packets that the kernel keeps for us at most; what comes beyond passes at once. */
const LIMIT = 16_384
const ANSWER_TIMEOUT_MS = 5_000

export interface PacketQueue {
  readonly counts: () => QueueCounts
  readonly netns: string
  /** Lets everything pass that waits, and then whatever comes. Resolves when the kernel holds nothing for us any more. */
  readonly suspend: () => Promise<void>
  /** Holds again what comes. */
  readonly resume: () => Promise<void>
  /** Lets everything pass that waits, and gives the queue back. Resolves when its process has ended. */
  readonly close: () => Promise<void>
}

/**
 * Takes over a pair of queues in a pod's network namespace: judged packets, and those aside, which meet the same fate from
 * draws of their own. Rejects when the kernel does not give them. `onEnd` is told when the queue is lost unasked.
 */
export async function openPacketQueue(spec: QueueSpec, onEnd: (detail: string) => void): Promise<PacketQueue> {
  const [program = '', ...words] = [...spec.enter, ...pumpCommand(process.arch)]
  const pump = start(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = endOf(pump)
  const { write, flush } = createWriter(pump)
  const { impairment, queue } = spec
  const lanes = [
    createLane(queue, impairment, write),
    createLane(queue + 1, { ...impairment, seed: deriveSeed(impairment.seed, 'aside') }, write),
  ] as const
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  const arm = () => {
    const next = Math.min(...lanes.map((lane) => lane.next() ?? Number.POSITIVE_INFINITY))
    if (next === dueAt) return
    clearTimeout(timer)
    dueAt = next
    if (next !== Number.POSITIVE_INFINITY) timer = setTimeout(release, Math.max(0, next - performance.now()))
  }
  const release = () => {
    dueAt = Number.POSITIVE_INFINITY
    for (const lane of lanes) lane.release(performance.now())
    arm()
  }
  const answers = createAnswers()
  const decode = createDecoder({
    onAnswer: answers.heard,
    onPacket: (number, id, payload) => lanes[number === queue ? 0 : 1].packet(id, payload, performance.now()),
  })
  let unreadable: string | undefined
  pump.stdout?.on('data', (piece: Buffer) => {
    try {
      decode(piece)
    } catch (error) {
      // One queue is lost, not the engine with those of all pods.
      unreadable ??= `what the kernel says cannot be read: ${messageOf(error)}`
      pump.kill('SIGKILL')
      return
    }
    for (const lane of lanes) lane.flush()
    arm()
  })
  const config = { whole: impairment.corruptRatio > 0, gso: takesWholeSegments(lanes[0]), limit: LIMIT }
  const tell = (messages: readonly Buffer[]) => {
    for (const message of messages) write(message)
    return Promise.race([answers.wait(messages.length), ended.then((detail) => Promise.reject(new Error(detail)))])
  }
  const both = [queue, queue + 1]
  await tell(both.flatMap((number) => bindMessages({ queue: number, ...config }))).catch((error: unknown) => {
    pump.kill('SIGKILL')
    throw error
  })
  let isClosing = false
  const limitTo = (limit: number) => tell(both.map((number) => limitMessage(number, limit)))
  const suspend = async () => {
    // What came before the answer to the first is known to us; what was decided before the second has been carried out.
    await limitTo(0)
    for (const lane of lanes) lane.release(Number.POSITIVE_INFINITY)
    await limitTo(0)
  }
  ended.then((detail) => {
    clearTimeout(timer)
    if (!isClosing) onEnd(unreadable ?? detail)
  })
  return {
    netns: spec.netns,
    suspend,
    resume: () => limitTo(LIMIT),
    counts: () => lanes[0].counts(),
    close: async () => {
      isClosing = true
      await suspend().catch(() => undefined)
      flush()
      pump.stdin?.end()
      await ended
    },
  }
}

/** Loss of one packet in a hundred must not be loss of forty-five at once, nor can a large one be changed. */
function takesWholeSegments(lane: Lane): boolean {
  return lane.onlyDelays
}

/** Everything that is written in one turn of the event loop goes out at once. */
function createWriter(pump: ReturnType<typeof start>) {
  let waiting: Buffer[] = []
  pump.stdin?.on('error', () => undefined)
  const flush = () => {
    if (waiting.length === 0) return
    const all = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting)
    waiting = []
    pump.stdin?.write(all)
  }
  const write = (message: Buffer) => {
    if (waiting.push(message) === 1) setImmediate(flush)
  }
  return { write, flush }
}

/** The kernel's acknowledgements, which come in the order of what was asked. */
function createAnswers() {
  const waiting: { left: number; readonly all: PromiseWithResolvers<void> }[] = []
  let isBound = false
  const heard = (error: number) => {
    // Once it is bound, an error is about a packet that has gone meanwhile.
    if (error !== 0 && isBound) return
    const [first] = waiting
    if (!first) return
    if (error !== 0) return first.all.reject(new Error(`the kernel does not give the queue: error ${-error}`))
    first.left -= 1
    if (first.left > 0) return
    isBound = true
    waiting.shift()
    first.all.resolve()
  }
  const wait = async (answers: number): Promise<void> => {
    const all = Promise.withResolvers<void>()
    waiting.push({ left: answers, all })
    const timer = setTimeout(() => all.reject(new Error('the kernel did not answer')), ANSWER_TIMEOUT_MS)
    try {
      await all.promise
    } finally {
      clearTimeout(timer)
    }
  }
  return { heard, wait }
}

function endOf(pump: ReturnType<typeof start>): Promise<string> {
  let words = ''
  pump.stderr?.on('data', (piece: Buffer) => {
    words = `${words}${piece.toString('utf8')}`.slice(-500)
  })
  return new Promise((resolve) => {
    pump.once('error', (error) => resolve(`the process of the queue could not be started: ${error.message}`))
    pump.once('close', (code, signal) =>
      resolve(`the process of the queue ended with ${code ?? signal}: ${words.trim()}`),
    )
  })
}
