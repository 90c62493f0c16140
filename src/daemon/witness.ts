import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kit/canonical-json.ts'
import type { Abilities, NodeContext, PodOnNode } from '../model/cluster/mechanism.ts'
import { placeWitness, readWitness, removeWitness } from './network/witness.ts'
import type { Witness } from './tools.ts'

export interface WitnessOptions {
  /** Names the pods that a counter was placed in, so that the next daemon finds those of one that was killed. */
  readonly folder: string
  readonly cgroupRoot: string
  readonly helperCommand: readonly string[]
  readonly abilities: () => Promise<Abilities>
}

/** One counter for each pod, shared by all faults that ask for it. */
export function createWitness(options: WitnessOptions): Witness {
  const users = new Map<string, { count: number; placed: Promise<void> }>()
  const place = async (pod: PodOnNode, nodeAddresses: readonly string[]): Promise<void> => {
    await mkdir(options.folder, { recursive: true, mode: 0o700 })
    await writeFile(fileOf(options, pod), JSON.stringify(pod), { mode: 0o600 })
    await placeWitness(pod, await contextOf(options, pod, nodeAddresses))
  }
  const takeAway = async (pod: PodOnNode): Promise<void> => {
    await removeWitness(pod, await contextOf(options, pod, []))
    await rm(fileOf(options, pod), { force: true })
  }
  return {
    clear: async () => {
      const names = await readdir(options.folder).catch(() => [])
      await Promise.all(
        names.map(async (name) => {
          const pod = await readPod(join(options.folder, name))
          if (pod) await takeAway(pod)
          else await rm(join(options.folder, name), { force: true })
        }),
      )
    },
    place: (pod, nodeAddresses) => {
      const known = users.get(pod.uid) ?? { count: 0, placed: place(pod, nodeAddresses) }
      known.count += 1
      users.set(pod.uid, known)
      // The next one who asks tries again.
      known.placed.catch(() => users.delete(pod.uid))
      return known.placed
    },
    read: async (pod) => readWitness(pod, await contextOf(options, pod, [])),
    remove: async (pod) => {
      const known = users.get(pod.uid)
      if (!known) return
      known.count -= 1
      if (known.count > 0) return
      users.delete(pod.uid)
      await takeAway(pod)
    },
  }
}

async function contextOf(
  { abilities, cgroupRoot, folder, helperCommand }: WitnessOptions,
  pod: PodOnNode,
  nodeAddresses: readonly string[],
): Promise<NodeContext> {
  return {
    id: sha256(`witness/${pod.uid}`).slice(0, 8),
    abilities: await abilities(),
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    remainingMs: 0,
    cgroupRoot,
    nodeAddresses,
    folder,
    helperCommand,
    onHelperExit: () => undefined,
  }
}

/** A pod's UID comes from the API server, which makes them; anything else would not be a name. */
function fileOf({ folder }: WitnessOptions, pod: PodOnNode): string {
  return join(folder, `${pod.uid.replaceAll(/[^0-9A-Za-z-]/g, '_')}.json`)
}

/** Undefined for a file that was being written when its daemon was killed: then nothing had been placed. */
async function readPod(path: string): Promise<PodOnNode | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PodOnNode
  } catch {
    return undefined
  }
}
