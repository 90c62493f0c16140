import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { PodOnNode } from '../../../model/cluster/mechanism.ts'

const MOST_BYTES = 65_536

/** Whom the pod asks, and which endings it adds (resolv.conf(5)). */
export interface ResolverSettings {
  readonly servers: readonly string[]
  readonly search: readonly string[]
}

/** The settings of the first container that has servers; undefined when none can be read. */
export async function resolverSettings({ containers }: PodOnNode): Promise<ResolverSettings | undefined> {
  for (const { pid } of containers) {
    const text = pid === undefined ? undefined : await readPlainFile(`/proc/${pid}/root/etc/resolv.conf`)
    const settings = text === undefined ? undefined : parseResolvConf(text)
    if (settings && settings.servers.length > 0) return settings
  }
  return undefined
}

/** The file is the container's: a link would lead out of it, and a pipe would never end. */
async function readPlainFile(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) return undefined
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return undefined
  }
}

/** At most three servers, as resolvers take no more; the last `search` or `domain` line counts. */
export function parseResolvConf(text: string): ResolverSettings {
  const servers: string[] = []
  let search: readonly string[] = []
  for (const line of text.split('\n')) {
    const [word, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    const [first = ''] = values
    if (word === 'nameserver' && isIP(first) !== 0 && !first.includes('%') && servers.length < 3) servers.push(first)
    if (word === 'search') search = values
    if (word === 'domain') search = values.slice(0, 1)
  }
  return { servers: [...new Set(servers)], search }
}
