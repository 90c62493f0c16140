/** The environment that a suite may ask; an unset variable is undefined. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Expanded {
  readonly text: string
  /** At least one variable was put in: the value may be a secret and is not shown in messages. */
  readonly changed: boolean
  readonly mistakes: readonly { readonly message: string; readonly remedy: string }[]
}

/** `$${` is a plain `${`; `${NAME}` and `${NAME:-default}` are variables; any other `${` is a mistake. */
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/**
 * Puts environment variables into one text. The result is never expanded again and never parsed as YAML,
 * so a value can neither add structure nor ask for other variables. As in a shell, `:-default` also stands for an empty value.
 */
export function expandText(source: string, environment: Environment): Expanded {
  const mistakes: { message: string; remedy: string }[] = []
  let changed = false
  const text = source.replace(REFERENCE, (whole: string, inside: string | undefined, end: string) => {
    if (inside === undefined) return '${'
    const match = end === '' ? null : VARIABLE.exec(inside)
    if (!match) {
      mistakes.push({
        message: `a variable is written \${NAME} or \${NAME:-default}`,
        remedy: 'Write $${ where a plain ${ is meant.',
      })
      return whole
    }
    const [, name = '', fallback] = match
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    changed = true
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value
    if (value !== undefined) return value
    mistakes.push({
      message: `the environment variable ${name} is not set`,
      remedy: `Set ${name}, or write \${${name}:-default}; write $\${${name}} where the text itself is meant.`,
    })
    return whole
  })
  return { text, changed, mistakes }
}
