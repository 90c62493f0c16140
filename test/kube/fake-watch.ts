import type { ServerResponse } from 'node:http'
import type { KubeObject } from '../../src/kube/kube-client.ts'
import { type Answer, json, refuses } from './fake-api.ts'

export type WatchLine = { readonly type: string; readonly object: unknown }

/** The head of a watch's answer and these events; it stays open unless told otherwise. */
export const watching =
  (lines: readonly WatchLine[], then: 'open' | 'close' | 'reset' | 'cut' = 'open'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const line of lines) response.write(`${JSON.stringify(line)}\n`)
    ending(response, then)
  }

function ending(response: ServerResponse, then: 'open' | 'close' | 'reset' | 'cut'): void {
  if (then === 'close') response.end()
  if (then === 'cut') response.end('{"type":"MODIFIED","object":{"metadata":{"na')
  if (then === 'reset') setImmediate(() => response.socket?.resetAndDestroy())
}

export const listing = (items: readonly KubeObject[], version: number): Answer =>
  json(200, { metadata: { resourceVersion: String(version) }, items })

export const expired: Answer = refuses(410, 'Expired', 'too old resource version')

export const bookmark = (version: number): WatchLine => ({
  type: 'BOOKMARK',
  object: { kind: 'ConfigMap', metadata: { resourceVersion: String(version) } },
})

export const errorEvent = (code: number, reason: string): WatchLine => ({
  type: 'ERROR',
  object: { kind: 'Status', status: 'Failure', code, reason, message: reason },
})

/** Resolves when it holds; a hang is ended by the test's own limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}
