import type { Clock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import type { KubeClient } from '../../kube/kube-client.ts'

export interface LogPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

const AGAIN_MS = 250
/** What came before the break is asked for again; readers know what they have seen. */
const OVERLAP_S = 5

/**
 * Lines of a container's log as they are written, for as long as the signal lasts. A stream that breaks, or is silent for
 * longer than the writer ever is, is asked for again from a little before; a line may therefore come twice.
 */
export async function followLog(
  client: KubeClient,
  place: LogPlace,
  handlers: { readonly onLine: (line: string) => void; readonly onBreak: (why: string) => void },
  setting: { readonly clock: Clock; readonly silentMs: number; readonly signal: AbortSignal },
): Promise<void> {
  let heardMs: number | undefined
  while (!setting.signal.aborted) {
    const silence = new AbortController()
    const watch = watchdog(setting, silence)
    try {
      const sinceSeconds =
        heardMs === undefined ? undefined : Math.ceil((setting.clock.now() - heardMs) / 1_000) + OVERLAP_S
      const stream = client.stream({
        method: 'GET',
        path: `/api/v1/namespaces/${place.namespace}/pods/${place.pod}/log`,
        query: {
          container: place.container,
          follow: 'true',
          ...(sinceSeconds === undefined ? {} : { sinceSeconds: String(sinceSeconds) }),
        },
        signal: AbortSignal.any([setting.signal, silence.signal]),
      })
      for await (const line of linesOf(stream)) {
        heardMs = setting.clock.now()
        watch.heard()
        handlers.onLine(line)
      }
    } catch (error) {
      if (!setting.signal.aborted) handlers.onBreak(messageOf(error))
    } finally {
      watch.end()
    }
    await setting.clock.sleep(AGAIN_MS, setting.signal).catch(() => undefined)
  }
}

/** Ends a stream that is open and says nothing. */
function watchdog(
  { clock, silentMs, signal }: { clock: Clock; silentMs: number; signal: AbortSignal },
  silence: AbortController,
) {
  let last = clock.monotonic()
  const over = new AbortController()
  const ended = AbortSignal.any([over.signal, signal])
  const watch = async () => {
    while (!ended.aborted) {
      await clock.sleep(silentMs / 2, ended)
      if (clock.monotonic() - last > silentMs) silence.abort(new Error(`its log was silent for ${silentMs} ms`))
    }
  }
  watch().catch(() => undefined)
  return {
    heard: () => {
      last = clock.monotonic()
    },
    end: () => over.abort(),
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest !== '') yield rest
}
