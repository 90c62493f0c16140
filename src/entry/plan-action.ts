import * as core from '@actions/core'
import type { RunRequest } from '../model/request.ts'
import { publishToGitHub } from '../publish/publish-github.ts'
import { planTitle, renderPlanMarkdown } from '../report/markdown/plan.ts'
import { renderPlan } from '../report/plan/render-plan.ts'
import { makePlan } from '../run/make-plan.ts'
import { type ActionHost, checkNameOf, publishTarget } from './action-host.ts'
import { tellLines } from './action-log.ts'

const COLUMNS = 120
const CHECK_CHARACTERS = 60_000
const SUMMARY_CHARACTERS = 900_000
const TITLE_CHARACTERS = 80

/** Mode `plan`: log, job summary and check run say what a run would do; nothing is touched and no verdict replaced. */
export async function planAction(request: RunRequest, host: ActionHost): Promise<number> {
  const { plan } = await makePlan(request, process.env)
  tellLines(renderPlan(plan, { columns: COLUMNS }).split('\n'))
  const title = planTitle(plan)
  core.setOutput('summary', title)
  const short = renderPlanMarkdown(plan, CHECK_CHARACTERS)
  const { warnings } = await publishToGitHub(
    {
      comment: undefined,
      check: {
        title: title.slice(0, TITLE_CHARACTERS),
        conclusion: 'success',
        summary: short,
        text: '',
        annotations: [],
      },
      checkName: checkNameOf(request.checkName, plan.suite.name),
      summary: renderPlanMarkdown(plan, SUMMARY_CHARACTERS),
      shortSummary: short,
    },
    publishTarget(host),
  )
  for (const warning of warnings) core.warning(warning)
  return 0
}
