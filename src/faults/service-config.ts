import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { pathInContainer } from './parts/disk-keys.ts'
import { unitKey } from './parts/node-keys.ts'
import { quoted, scriptEffect } from './parts/script.ts'

const LONGEST_TEXT = 4_096

const line = () =>
  z
    .string()
    .max(LONGEST_TEXT)
    .regex(/^[^\p{Cc}]*$/u, { error: 'One line of text, without control characters.' })

const parameters = z.lazy(() =>
  z
    .strictObject({
      file: pathInContainer().describe('File on the node. No default.'),
      search: line().min(1).describe('Text to replace, within a line and taken literally. No default.'),
      replace: line().describe('Text in its place. No default.'),
      unit: unitKey().optional().describe('Unit that is restarted afterwards. Default: none.'),
    })
    .refine(({ search, replace }) => search !== replace, { error: 'search and replace are the same.' }),
)

/** Gives a service of a node another configuration. */
export const serviceConfig = defineClusterFault<z.infer<typeof parameters>>({
  type: 'service-config',
  group: 'node',
  summary: "Replaces text in a configuration file of a node's service and restarts the service.",
  notes: {
    mechanism: 'The daemon keeps a copy of the file, replaces every occurrence of the text, and restarts the unit.',
    proof:
      'On a fresh read the file has the new text and the former no more, and before it was not so. That the unit was restarted is the word of the service manager.',
    ends: 'A watchdog on the node in a control group of its own puts the copy back and restarts the unit at the deadline.',
    example:
      '{type: service-config, target: {workload: web, mode: one}, file: /etc/example.conf, search: "max: 10", replace: "max: 1", unit: example}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_WATCHDOG,
    open: true,
    recipe: ({ file, search, replace, unit }) => ({
      actor: 'daemon',
      ways: [
        {
          mechanism: 'text replaced in a file',
          actions: [{ do: 'node-service-config', file, search, replace, unit }],
        },
      ],
      probe: { probe: 'script', container: undefined, command: proofOf(file, search, replace) },
    }),
    effect: (_, targets) => scriptEffect(targets),
  },
  describe: ({ file, unit }) => `${file}${unit === undefined ? '' : ` of ${unit}`}`,
})

/** Ends with 0 where the file has the new text, and the former only as a part of it. */
function proofOf(file: string, search: string, replace: string): string {
  const has = (text: string) => `grep -qF -e ${quoted(text)} -- ${quoted(file)}`
  const gone = `test -r ${quoted(file)} && ! ${has(search)}`
  if (replace === '') return gone
  return replace.includes(search) ? has(replace) : `${has(replace)} && ${gone}`
}
