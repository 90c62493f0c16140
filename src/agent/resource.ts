import type { Action } from '../model/recipe.ts'

/**
 * What an action changes until it is undone, as one name that the action and its undo share; undefined for what happens once
 * and leaves nothing to undo. Two faults that hold the same resource must both have ended before it is given back.
 */
export function resourceOf(action: Action): string | undefined {
  switch (action.do) {
    case 'signal':
      if (action.signal === 'SIGKILL' || action.signal === 'SIGTERM') return undefined
      return `running ${JSON.stringify([action.replica, action.process ?? null])}`
    case 'hold':
    case 'release':
      return `up ${JSON.stringify(action.replica)}`
    case 'scale':
      return `count ${JSON.stringify(action.workload)}`
    case 'add-link-rule':
    case 'remove-link-rule':
      return `rule ${JSON.stringify(action.id)}`
    case 'start-stress':
    case 'stop-stress':
      return `stress ${JSON.stringify(action.id)}`
    case 'open-connections':
    case 'close-connections':
      return `connections ${JSON.stringify(action.id)}`
  }
}

/** For people: `SIGSTOP to web-1`, `rule e1f1-in`. */
export function spokenAction(action: Action): string {
  switch (action.do) {
    case 'signal':
      return `${action.signal} to ${action.replica}`
    case 'hold':
      return `holding ${action.replica} down`
    case 'release':
      return `letting ${action.replica} up again`
    case 'scale':
      return action.replicas === undefined
        ? `the replicas of ${action.workload} as the suite has them`
        : `scaling ${action.workload} to ${action.replicas}`
    case 'add-link-rule':
      return `adding rule ${action.id}`
    case 'remove-link-rule':
      return `removing rule ${action.id}`
    case 'start-stress':
      return `starting stress ${action.id}`
    case 'stop-stress':
      return `stopping stress ${action.id}`
    case 'open-connections':
      return `opening connections ${action.id}`
    case 'close-connections':
      return `closing connections ${action.id}`
  }
}

/** The replica that an action is for; undefined where it is for all targets of its fault. */
export function replicaOf(action: Action): string | undefined {
  return 'replica' in action ? action.replica : undefined
}

/** Runs of actions of one kind, in order: those of one run are for different targets and may happen at the same time. */
export function inRuns(actions: readonly Action[]): readonly (readonly Action[])[] {
  return actions.reduce<Action[][]>((runs, action) => {
    const last = runs.at(-1)
    if (last?.[0]?.do === action.do) last.push(action)
    else runs.push([action])
    return runs
  }, [])
}
