import type { Action, Probe, Reading, Recipe } from '../model/recipe.ts'
import { resourceOf } from './resource.ts'

/** How to see that one undo action had its effect. */
export interface EndCheck {
  readonly resource: string
  /** Of what it would be left behind, for people. */
  readonly what: string
  readonly probe: Probe
  /** What is still wrong, in words; undefined when the fault is gone. */
  readonly still: (reading: Reading) => string | undefined
}

/**
 * One check for each undo action of a recipe. `replicasOf` tells how many replicas the suite wants of a workload, or undefined
 * where that is not known; then its count cannot be checked and is not.
 */
export function endChecks(recipe: Recipe, replicasOf: (workload: string) => number | undefined): readonly EndCheck[] {
  return recipe.undo.flatMap((action) => {
    const resource = resourceOf(action)
    const check = resource === undefined ? undefined : endCheck(action, recipe, replicasOf)
    return resource === undefined || check === undefined ? [] : [{ resource, ...check }]
  })
}

function endCheck(
  action: Action,
  recipe: Recipe,
  replicasOf: (workload: string) => number | undefined,
): Omit<EndCheck, 'resource'> | undefined {
  switch (action.do) {
    case 'release':
      return {
        what: `${action.replica} held down`,
        probe: { probe: 'replica-state', replicas: [action.replica], process: undefined },
        still: whenState((state) => (state === 'gone' ? 'it does not run' : undefined)),
      }
    case 'signal':
      return {
        what: `${action.replica} stopped`,
        probe: { probe: 'replica-state', replicas: [action.replica], process: action.process },
        still: whenState((state) => (state === 'stopped' ? 'it is still stopped' : undefined)),
      }
    case 'scale':
      return countCheck(action.workload, replicasOf(action.workload))
    case 'remove-link-rule':
      return ruleCheck(action.id, recipe)
    case 'stop-stress':
      return {
        what: `stress ${action.id}`,
        probe: { probe: 'stress', id: action.id },
        still: (reading) => (reading.probe === 'stress' && reading.running === 0 ? undefined : 'its workers still run'),
      }
    case 'close-connections':
      return connectionsCheck(action.id, recipe)
    default:
      return undefined
  }
}

function whenState(wrong: (state: 'running' | 'stopped' | 'gone') => string | undefined): EndCheck['still'] {
  return (reading) => {
    const state = reading.probe === 'replica-state' ? reading.replicas[0]?.state : undefined
    return state === undefined ? 'it was not seen' : wrong(state)
  }
}

function countCheck(workload: string, wanted: number | undefined): Omit<EndCheck, 'resource'> | undefined {
  if (wanted === undefined) return undefined
  return {
    what: `the number of replicas of ${workload}`,
    probe: { probe: 'replica-count', workload },
    still: (reading) => {
      const running = reading.probe === 'replica-count' ? reading.running : undefined
      return running === wanted ? undefined : `${running ?? 'an unknown number'} of ${wanted} run`
    },
  }
}

function ruleCheck(id: string, recipe: Recipe): Omit<EndCheck, 'resource'> {
  const added = recipe.apply.find((action) => action.do === 'add-link-rule' && action.id === id)
  const links = added?.do === 'add-link-rule' ? added.links : {}
  return {
    what: `rule ${id}`,
    probe: { probe: 'link-rule', id, links, attempts: 0, timeoutMs: 1 },
    still: (reading) => (reading.probe === 'link-rule' && !reading.active ? undefined : 'it is still in force'),
  }
}

function connectionsCheck(id: string, recipe: Recipe): Omit<EndCheck, 'resource'> {
  const opened = recipe.apply.find((action) => action.do === 'open-connections' && action.id === id)
  const held = opened?.do === 'open-connections' ? opened : { workload: '', replicas: [] }
  return {
    what: `connections ${id}`,
    probe: { probe: 'connections', id, workload: held.workload, replicas: held.replicas },
    still: (reading) => (reading.probe === 'connections' && reading.open === 0 ? undefined : 'some are still open'),
  }
}
