import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { HostDoor } from '../../../src/daemon/node/host-door.ts'
import type { BoundedEnding } from '../../../src/daemon/processes/run-bounded.ts'
import type { Watchdog } from '../../../src/daemon/watchdog/watchdog.ts'
import type { NodeContext, PodOnNode } from '../../../src/model/cluster/mechanism.ts'

/** A node on which nothing is done: what was asked of it is written down, in order, and its files are a folder's. */
export interface RecordingHost extends HostDoor {
  readonly said: string[]
  readonly watchdogs: Map<string, Watchdog>
  /** What a command answers: the first whose beginning fits; `['ip', …]` joined by blanks. Default: 0 and nothing. */
  readonly answers: Map<string, Partial<BoundedEnding>>
}

export const NODE: PodOnNode = {
  namespace: '',
  name: 'node-1',
  uid: 'u-1',
  ips: ['10.0.0.1'],
  hostNetwork: true,
  containers: [],
  sandbox: undefined,
  netns: undefined,
}

export const POD: PodOnNode = { ...NODE, namespace: 'shop', hostNetwork: false }

export function recordingHost(files: Readonly<Record<string, string>> = {}): RecordingHost {
  const root = mkdtempSync(join(tmpdir(), 'host-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const said: string[] = []
  const watchdogs = new Map<string, Watchdog>()
  const answers: RecordingHost['answers'] = new Map()
  return {
    root,
    said,
    watchdogs,
    answers,
    run: async (words) => {
      const line = words.join(' ')
      said.push(line)
      const answer = [...answers].find(([start]) => line.startsWith(start))?.[1]
      return { exitCode: 0, stdout: '', stderr: '', timedOut: false, ...answer }
    },
    startWatchdog: async ({ id }, watchdog) => {
      said.push('watchdog starts')
      watchdogs.set(id, watchdog)
    },
    endWatchdog: async ({ id }) => {
      if (watchdogs.delete(id)) said.push('watchdog ends')
    },
    watchdogLeftovers: async ({ id }) => (watchdogs.has(id) ? [`control group sw-wd-${id}`] : []),
  }
}

export function contextIn(folder: string): NodeContext {
  return {
    id: '0badcafe',
    abilities: {
      nft: false,
      iptables: undefined,
      ipset: false,
      nfqueue: false,
      tee: false,
      classify: false,
      htb: false,
      netem: false,
      redirect: false,
      redirect6: false,
      cgroup: 'v2',
      perl: true,
      kernel: '',
      architecture: process.arch,
    },
    expiresAtMs: Date.now() + 60_000,
    remainingMs: 60_000,
    cgroupRoot: '/nonexistent',
    nodeAddresses: [],
    folder: join(folder, 'fault'),
    helperCommand: [],
    onHelperExit: () => undefined,
  }
}
