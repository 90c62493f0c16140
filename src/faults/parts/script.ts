import * as z from 'zod'
import type { TargetStatus } from '../../model/cluster/fault-object.ts'
import type { ClusterRecipe } from '../../model/cluster/recipe.ts'
import type { Effect } from '../../model/effect.ts'
import { clusterEffect } from './cluster-effect.ts'

const LONGEST_COMMAND = 16_384

/** Commands of a script. Made when they are asked for. */
export function commandKeys() {
  const command = () => z.string().min(1).max(LONGEST_COMMAND)
  return {
    inject: command().describe('Shell command that brings the fault. No default.'),
    recover: command().describe('Shell command that takes it away; it is run more than once. No default.'),
    proof: command().describe(
      'Shell command that ends with 0 while the fault is there, and with another number while it is not. No default.',
    ),
  }
}

/** What a daemon says of a command that could not be run: nothing was asked then. */
const NOT_RUN = 'not run'

/** One word of a shell, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

export const SCRIPT_PROOF = 'The proof command failed before the fault and succeeds under it.'
export const SCRIPT_ENDS =
  'The recover command is run by the daemon, at the latest by a watchdog in a control group of its own at the deadline.'

export interface Commands {
  readonly inject: string
  readonly recover: string
  readonly proof: string
}

export function scriptRecipe({ inject, recover, proof }: Commands, container: string | undefined): ClusterRecipe {
  return {
    actor: 'daemon',
    ways: [{ mechanism: 'shell commands', actions: [{ do: 'script', container, inject, recover, proof }] }],
    probe: { probe: 'script', container, command: proof },
  }
}

/** A command that succeeds without the fault as well proves nothing. */
export function scriptEffect(targets: readonly TargetStatus[]): Effect {
  const spoken = (ready: boolean | undefined) => (ready === undefined ? 'not asked' : ready ? 'succeeded' : 'failed')
  return clusterEffect(targets, 'script', ({ before, under }) => ({
    effective: before?.ready === false && before.fact !== NOT_RUN && under.ready === true,
    seen: `the proof ${spoken(before?.ready)} before, ${spoken(under.ready)} under the fault${under.fact === undefined ? '' : ` (${under.fact})`}`,
  }))
}

/** First line of a command, for people. */
export function spokenCommand(command: string): string {
  const [first = ''] = command.split('\n')
  return first.length > 60 || first.length < command.length ? `${first.slice(0, 60)}…` : first
}
