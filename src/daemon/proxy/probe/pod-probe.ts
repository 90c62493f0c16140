import type { HelperPipes } from '../helper/serve.ts'
import { askDnsOnce, type DnsAsk } from './dns-question.ts'
import { askOnce, type HttpAsk } from './http-request.ts'
import { askTcp, type TcpAsk } from './tcp-connections.ts'

export type PodAsk =
  | { readonly ask: 'http'; readonly calls: readonly HttpAsk[] }
  | { readonly ask: 'dns'; readonly calls: readonly DnsAsk[] }
  | { readonly ask: 'tcp'; readonly calls: readonly TcpAsk[] }

/** `internal pod-probe JSON`: asks from the network namespace in which it was started and prints what it got as one JSON line. */
export async function runPodProbe([words = '']: readonly string[], { output }: HelperPipes): Promise<number> {
  const asked = JSON.parse(words) as PodAsk
  const got = await answersTo(asked)
  await new Promise<void>((resolve) => output.write(`${JSON.stringify(got)}\n`, () => resolve()))
  return 0
}

function answersTo(asked: PodAsk): Promise<readonly unknown[]> {
  if (asked.ask === 'http') return Promise.all(asked.calls.map(askOnce))
  if (asked.ask === 'dns') return Promise.all(asked.calls.map(askDnsOnce))
  return Promise.all(asked.calls.map(askTcp))
}
