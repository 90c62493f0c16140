import type { ApiAction } from '../../model/cluster/api-action.ts'
import { planJob, readJob } from './job-action.ts'
import { goOnDraining, planCordon, planDrain, planTaint, readNode } from './node-actions.ts'
import { goOnFlapping, planObjects, readObjects } from './object-actions.ts'
import { planPatch, readPatched } from './patch-action.ts'
import type { ActionContext, BackgroundContext, PlannedAction, ReadingContext, Seen } from './planned-action.ts'
import { planDeletePod, planEvictPod, planSwapImages, readPod } from './pod-actions.ts'
import { planRestart, planScale, readWorkload } from './workload-actions.ts'

/** Thinks an action through and touches nothing. Throws SeaworthyError or KubeError where it cannot be done to this target. */
export async function planAction(action: ApiAction, context: ActionContext): Promise<PlannedAction> {
  switch (action.do) {
    case 'delete-pod':
      return planDeletePod(action, context)
    case 'evict-pod':
      return planEvictPod(action, context)
    case 'swap-images':
      return planSwapImages(action, context)
    case 'scale':
      return planScale(action, context)
    case 'restart':
      return planRestart(context)
    case 'cordon':
      return planCordon(context)
    case 'drain':
      return planDrain(action, context)
    case 'taint':
      return planTaint(action, context)
    case 'objects':
      return planObjects(action, context)
    case 'patch':
      return planPatch(action, context)
    case 'job':
      return planJob(action, context)
  }
}

/** What goes on while the fault is on; resolves at once where nothing does. Ends with the signal. */
export async function goOn(action: ApiAction, context: BackgroundContext): Promise<void> {
  if (action.do === 'drain') await goOnDraining(action, context)
  if (action.do === 'objects') await goOnFlapping(action, context)
}

/** Looks at the target as the action's effect would show. Throws KubeError where the server does not answer. */
export async function look(action: ApiAction, context: ReadingContext): Promise<Seen> {
  switch (action.do) {
    case 'delete-pod':
    case 'evict-pod':
    case 'swap-images':
      return readPod(context)
    case 'scale':
    case 'restart':
      return readWorkload(context)
    case 'cordon':
    case 'taint':
      return readNode(context)
    case 'drain':
      return readNode(context, action)
    case 'objects':
      return readObjects(action, context)
    case 'patch':
      return readPatched(context)
    case 'job':
      return readJob(context)
  }
}
