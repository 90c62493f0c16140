import { systemClock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import type { Emit } from '../../model/events.ts'
import type { Action } from '../../model/recipe.ts'
import type { ProcessEntry } from './process-table.ts'
import { sendGroupSignal } from './process-tree.ts'
import type { Replica } from './replica.ts'
import { replicaProcesses, signalEach, waitGone, waitNoticed, waitStopped } from './replica-processes.ts'

type SignalAction = Extract<Action, { readonly do: 'signal' }>

/**
 * Sends a signal to a replica, or to those of its processes whose command line contains a text. Resolves when the kernel has
 * carried it out; after SIGTERM at once, as the time of grace is part of the fault: what is left after it is killed then.
 * A replica without such a process is left as it is. Throws SeaworthyError('ENGINE').
 */
export async function signalReplica(replica: Replica, action: SignalAction, emit: Emit): Promise<void> {
  const targets = await replicaProcesses(replica, action.process)
  if (targets.length === 0) return
  switch (action.signal) {
    case 'SIGKILL': {
      const life = replica.current
      replica.expectEnd()
      signalEach(targets, 'SIGKILL')
      await waitGone(targets, replica.name)
      // Whoever looks next must not be told that a dead process is ready.
      if (life && targets.some(({ pid }) => pid === life.identity.pid)) await waitNoticed(replica, life.mark)
      return
    }
    case 'SIGTERM':
      askToEnd(replica, action.process, targets)
      void killAfterGrace(replica, action, targets, emit)
      return
    case 'SIGSTOP':
    case 'SIGCONT':
      signalEach(targets, action.signal)
      return waitStopped(targets, action.signal === 'SIGSTOP', replica.name)
  }
}

function askToEnd(replica: Replica, process: string | undefined, targets: readonly ProcessEntry[]): void {
  if (process === undefined && replica.current) {
    replica.leave()
    sendGroupSignal(replica.current.identity.pid, 'SIGTERM')
    return
  }
  replica.expectEnd()
  signalEach(targets, 'SIGTERM')
}

/** Only what was there when the time of grace began, and for a whole replica its tree since: never what was started in its place. */
async function killAfterGrace(
  replica: Replica,
  action: SignalAction,
  asked: readonly ProcessEntry[],
  emit: Emit,
): Promise<void> {
  const life = replica.current?.mark
  try {
    await systemClock.sleep(action.graceMs)
    const whole = action.process === undefined && replica.current?.mark === life
    const left = whole ? await replicaProcesses(replica, undefined) : asked
    signalEach(left, 'SIGKILL')
    await waitGone(left, replica.name)
  } catch (error) {
    emit({ event: 'warning', detail: messageOf(error) })
  }
}
