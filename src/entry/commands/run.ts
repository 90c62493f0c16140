import { baseNamed } from '../base-named.ts'
import { gate } from '../gate.ts'
import type { Invocation } from '../invocation.ts'
import { requestOf } from '../request.ts'
import { tellResult } from '../tell-result.ts'
import { planCommand } from './plan.ts'

export async function runCommand(invocation: Invocation): Promise<number> {
  const request = requestOf(invocation)
  if (request.mode === 'plan') return planCommand(invocation)
  return gate(request, {
    change: undefined,
    readBase: baseNamed(request),
    groups: false,
    onRun: () => undefined,
    publish: async (outcome) => tellResult(outcome, invocation.json),
  })
}
