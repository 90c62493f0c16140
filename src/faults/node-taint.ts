import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_API } from './parts/cluster-kinds.ts'
import { heldEffect } from './parts/held-effect.ts'

const parameters = z.lazy(() =>
  z.strictObject({
    key: z
      .string()
      .max(317)
      .regex(/^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, {
        error: 'Not the key of a taint, such as example.com/fault.',
      })
      .default('seaworthy.dev/fault')
      .describe('Key of the taint. Default: seaworthy.dev/fault.'),
    value: z
      .string()
      .regex(/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, { error: 'Not the value of a taint.' })
      .default('')
      .describe('Value of the taint. Default: empty.'),
    effect: z
      .enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule'])
      .default('NoSchedule')
      .describe(
        '`NoSchedule`: nothing new comes, `NoExecute`: what does not tolerate it goes, `PreferNoSchedule`: others are preferred. Default: NoSchedule.',
      ),
  }),
)

/** Taints a node, as a controller does that found it unwell. */
export const nodeTaint = defineClusterFault<z.infer<typeof parameters>>({
  type: 'node-taint',
  group: 'node',
  summary: 'Taints a node, as Kubernetes itself does with one that is unwell.',
  notes: {
    mechanism: "The controller adds the taint to the node's spec.",
    proof: 'The node has the taint on a fresh read, and did not have it before. No tolerance.',
    ends: 'The controller removes the taint, where the node did not have it before.',
    example: '{type: node-taint, target: {workload: web, mode: one}, effect: NoExecute}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_API,
    recipe: ({ key, value, effect }) => ({
      actor: 'controller',
      mechanism: 'spec.taints',
      actions: [{ do: 'taint', key, value, effect }],
    }),
    effect: (_, targets) => heldEffect(targets, { stopped: 'tainted', running: 'not tainted' }),
  },
  describe: ({ key, value, effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`,
})
