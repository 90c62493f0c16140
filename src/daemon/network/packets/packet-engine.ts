import { constants, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { messageOf } from '../../../kit/errors.ts'
import { openPacketQueue, type PacketQueue } from './packet-queue.ts'
import { type EngineAnswer, type EngineRequest, requestSchema } from './queue-protocol.ts'

interface Pipes {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * The helper that decides packets, one for all queues of a node. It lives as long as its input; when it is gone its queues
 * are too, and packets pass. Requests of the same queue are carried out in order. Resolves with 0.
 */
export async function runPacketEngine({ input, output }: Pipes): Promise<number> {
  preferOverOthers()
  const queues = new Map<string, Promise<PacketQueue>>()
  const say = (answer: EngineAnswer) => output.write(`${JSON.stringify(answer)}\n`)
  output.on('error', () => undefined)
  for await (const line of createInterface({ input })) {
    const request = requestSchema.parse(JSON.parse(line))
    carryOut(queues, request, say).catch((error: unknown) => say({ number: request.number, error: messageOf(error) }))
  }
  const open = await Promise.allSettled(queues.values())
  await Promise.all(open.map((queue) => (queue.status === 'fulfilled' ? queue.value.close() : undefined)))
  return 0
}

async function carryOut(
  queues: Map<string, Promise<PacketQueue>>,
  request: EngineRequest,
  say: (answer: EngineAnswer) => void,
): Promise<void> {
  const { number } = request
  if (request.ask === 'open') {
    const { id } = request.spec
    const opening = openPacketQueue(request.spec, (detail) => {
      if (queues.get(id) === opening) queues.delete(id)
      say({ lost: id, detail })
    })
    queues.set(id, opening)
    await opening.catch((error: unknown) => {
      queues.delete(id)
      throw error
    })
    return say({ number })
  }
  if (request.ask === 'suspend' || request.ask === 'resume') {
    const { ask, netns } = request
    const open = await Promise.allSettled(queues.values())
    const there = open.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    await Promise.all(there.filter((queue) => queue.netns === netns).map((queue) => queue[ask]()))
    return say({ number })
  }
  const queue = await queues.get(request.id)?.catch(() => undefined)
  if (request.ask === 'read') return say({ number, ...(queue ? { counts: queue.counts() } : {}) })
  queues.delete(request.id)
  await queue?.close()
  say({ number })
}

/** Late packets would be a delay that nobody asked for. */
function preferOverOthers(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH)
  } catch {
    // Without the privilege packets are a little later.
  }
}
