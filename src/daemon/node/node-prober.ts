import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseStat } from '../../kit/process-identity.ts'
import type { Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe } from '../../model/cluster/reading.ts'
import type { HostDoor } from './host-door.ts'

const TIMEOUT_MS = 5_000

/** Resolves with what the program said, or with nothing when it did not end in time. */
type Ask = (...words: readonly string[]) => Promise<string>

interface Answer {
  readonly fact: string
  readonly isWell: boolean
}

/** `unit kubelet.service active, link eth0 up`; `ready` when all that was asked about is well. Without a unit `identity` is that of the boot. */
export function nodeProber({ run, root }: HostDoor): Prober<Extract<NodeProbe, { readonly probe: 'node' }>> {
  return {
    probe: 'node',
    read: async ({ unit, device }) => {
      const ask: Ask = async (...words) => {
        const { exitCode, stdout } = await run(words, TIMEOUT_MS)
        return exitCode === undefined ? '' : stdout.trim()
      }
      try {
        const answers = [...(unit === undefined ? [] : [await unitOf(unit, ask)]), ...(await linkOf(device, ask))]
        const identity = unit === undefined ? bootOf(root) : undefined
        const fact = answers.flatMap((answer) => answer?.fact ?? []).join(', ')
        // What was asked and got no answer is neither well nor ill: silence proves no fault.
        const isAnswered = answers.length > 0 && answers.every((answer) => answer !== undefined)
        return {
          ...(identity === undefined ? {} : { identity }),
          ...(fact === '' ? {} : { fact: fact.slice(0, 512) }),
          ...(isAnswered ? { ready: answers.every((answer) => answer?.isWell) } : {}),
        }
      } catch {
        return {}
      }
    },
  }
}

/**
 * The kernel's boot id, and when the first process started where that can be seen: a node that is a container boots without
 * a boot of the kernel.
 */
function bootOf(root: string): string | undefined {
  const read = (file: string) => {
    try {
      return readFileSync(join(root, 'proc', file), 'utf8').trim()
    } catch {
      return ''
    }
  }
  const boot = read('sys/kernel/random/boot_id')
  const started = parseStat(read('1/stat'))?.startTime
  if (boot === '') return undefined
  return started === undefined ? boot : `${boot}:${started}`
}

async function unitOf(unit: string, ask: Ask): Promise<Answer | undefined> {
  const state = await ask('systemctl', 'is-active', unit)
  return state === '' ? undefined : { fact: `unit ${unit} ${state.slice(0, 40)}`, isWell: state === 'active' }
}

/** Of the interface that was named, or that of the default route; nothing is asked where neither is known. */
async function linkOf(named: string | undefined, ask: Ask): Promise<readonly (Answer | undefined)[]> {
  const device = named ?? /\bdev (\S+)/.exec(await ask('ip', 'route', 'show', 'default'))?.[1]
  if (device === undefined) return []
  const shown = await ask('ip', '-o', 'link', 'show', 'dev', device)
  const isUp = /<(?:[^>]*,)?UP(?:,[^>]*)?>/.test(shown)
  return [shown === '' ? undefined : { fact: `link ${device} ${isUp ? 'up' : 'down'}`, isWell: isUp }]
}
