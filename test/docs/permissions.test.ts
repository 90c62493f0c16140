import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  CONTROLLER_OWN_RULES,
  CONTROLLER_RULES,
  DAEMON_RULES,
  type Rule,
  USER_RULES,
  VIEWER_RULES,
} from '../../src/install/objects/rules.ts'

const page = readFileSync('docs/permissions.md', 'utf8')

/** The rows below a line that contains `after`, up to the end of the table: its cells without backticks. */
function rowsAfter(after: string): readonly (readonly string[])[] {
  const from = page.indexOf(after)
  const [, table = ''] = /((?:^\|.*\n)+)/m.exec(page.slice(from)) ?? []
  const rows = table.trim().split('\n').slice(2)
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const told = ({ apiGroups, resources, verbs }: Rule) => [
  apiGroups.map((group) => (group === '' ? 'core' : `\`${group}\``)).join(', '),
  resources.join(', '),
  verbs.join(', '),
]

describe('the rights in Kubernetes are those of the sources, each with a reason', () => {
  it.each([
    ['### Who runs the gate', USER_RULES],
    ['### The daemon', DAEMON_RULES],
    ['### The controller', CONTROLLER_RULES],
    ['In its own namespace alone', CONTROLLER_OWN_RULES],
    ['### Who looks on', VIEWER_RULES],
  ])('%s', (heading, rules) => {
    const rows = rowsAfter(heading)
    expect(rows.map((row) => row.slice(0, 3))).toEqual(rules.map(told))
    for (const [, , , why] of rows) expect(why).toMatch(/\w{3}/)
  })
})

it('the example for a tenant names the same rights', () => {
  const example = readFileSync('examples/kubernetes/tenant-rbac.yaml', 'utf8')
  for (const { resources } of USER_RULES) for (const resource of resources) expect(example).toContain(resource)
})

it('the permissions of the token are those of the documented workflow', () => {
  const workflow = parse(readFileSync('examples/workflows/pull-request.yml', 'utf8')) as { permissions: object }
  const asked = Object.entries(workflow.permissions).map(([name, right]) => `\`${name}: ${right}\``)
  expect(rowsAfter('## GitHub').map(([right]) => right)).toEqual(asked)
})
