import { inTurn } from './in-turn.ts'

type Resume = () => Promise<void>
type Listener = (netns: string) => Promise<Resume>

const listeners = new Set<Listener>()

/** Told before a base chain of ours is taken out of a network namespace; what it returns is called when that is over. */
export function onUnhook(listener: Listener): void {
  listeners.add(listener)
}

/**
 * Takes base chains of ours out of a network namespace. The kernel then drops every packet that any queue of the namespace
 * holds (nf_queue_nf_hook_drop), whichever chain it was: whoever holds packets lets them pass before, and holds none while
 * the work lasts. One such work after the other in each namespace.
 */
export async function whileUnhooking<T>(netns: string | undefined, work: () => Promise<T>): Promise<T> {
  if (netns === undefined) return work()
  return inTurn(`unhook ${netns}`, async () => {
    const resumes = await Promise.all([...listeners].map((listener) => listener(netns)))
    try {
      return await work()
    } finally {
      await Promise.all(resumes.map((resume) => resume()))
    }
  })
}
