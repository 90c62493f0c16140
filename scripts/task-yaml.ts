import { paramVariable, TASK_FIELDS } from '../src/inputs/task-params.ts'
import { VERSION } from '../src/kit/version.ts'

/**
 * A Task with the inputs as its first params, and a variable for each as the first of its step. All that is between the
 * beginning of a list and its first entry of the Task's own stays as it is. Throws where one of these is not found.
 */
export function withInputs(task: string): string {
  const params = TASK_FIELDS.map(({ name, help, fallback }) => {
    const initial = name === 'image' ? `ghcr.io/seaworthy-dev/seaworthy:${VERSION}` : fallback
    return `    - name: ${name}\n      type: string\n      description: ${text(help)}\n      default: ${text(initial)}\n`
  })
  const variables = TASK_FIELDS.map(
    ({ name }) => `        - name: ${paramVariable(name)}\n          value: $(params.${name})\n`,
  )
  const told = between(task, '  params:\n', '    - name: secret\n', params.join(''))
  return between(told, '      env:\n', '        # For suites that ask for it', variables.join(''))
}

function between(whole: string, begin: string, end: string, text: string): string {
  const from = whole.indexOf(begin) + begin.length
  const to = whole.indexOf(end, from)
  if (from < begin.length || to < 0)
    throw new Error(`the Task has no ${JSON.stringify(begin)} before ${JSON.stringify(end)}`)
  return whole.slice(0, from) + text + whole.slice(to)
}

function text(value: string): string {
  return value === '' || value.includes(': ') ? JSON.stringify(value) : value
}
