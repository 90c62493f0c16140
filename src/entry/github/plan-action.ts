import * as core from '@actions/core'
import { SeaworthyError } from '../../kit/errors.ts'
import type { RunRequest } from '../../model/request.ts'
import { publishToGitHub } from '../../publish/publish-github.ts'
import { planTitle, renderPlanMarkdown } from '../../report/markdown/plan.ts'
import { renderPlan } from '../../report/plan/render-plan.ts'
import { refuseObstacles } from '../../run/make-plan.ts'
import { masked } from '../masked.ts'
import { planToShow } from '../plan-run.ts'
import { type ActionHost, checkNameOf, publishTarget } from './action-host.ts'
import { tellLines } from './action-log.ts'
import { baseOfChange } from './base-of-change.ts'

const COLUMNS = 120
const CHECK_CHARACTERS = 60_000
const SUMMARY_CHARACTERS = 900_000
const TITLE_CHARACTERS = 80

/**
 * Mode `plan`: log, job summary and check run say what a run would do; nothing is touched and no verdict replaced.
 * Throws SuiteError, with the plan in the log, when something would stop the run.
 */
export async function planAction(request: RunRequest, host: ActionHost): Promise<number> {
  const readBase = baseOfChange(request, host, process.env.GITHUB_EVENT_NAME)
  const planned = await planToShow(request, readBase)
  const { plan, policy } = planned
  const held = { policy, isPullRequest: host.change?.pullRequest !== null }
  if (planned.held?.mode === 'enforce')
    throw new SeaworthyError('INPUT', 'mode plan judges nothing, and the policy of the suite demands mode enforce', {
      remedy: 'Use mode: enforce; `seaworthy plan` prints a plan on a command line.',
    })
  tellLines(renderPlan(plan, { ...held, columns: COLUMNS }).split('\n'))
  // Below the plan, and beside it in the pull request.
  refuseObstacles(planned)
  const title = planTitle(plan)
  core.setOutput('summary', title)
  const short = renderPlanMarkdown(plan, CHECK_CHARACTERS, held)
  const { warnings } = await publishToGitHub(
    {
      comment: undefined,
      check:
        request.check === 'never'
          ? undefined
          : {
              title: title.slice(0, TITLE_CHARACTERS),
              conclusion: 'success',
              summary: short,
              text: '',
              annotations: [],
            },
      checkName: checkNameOf(request.checkName, plan.suite.name, request.shard),
      summary: renderPlanMarkdown(plan, SUMMARY_CHARACTERS, held),
      shortSummary: short,
    },
    publishTarget(host),
  )
  for (const warning of warnings) core.warning(masked(warning))
  return 0
}
