import { INPUT_FIELDS, type InputField } from './fields.ts'

/** A Task runs in a pod without rights: it has no container engine to make a cluster with. */
const NEEDS_CONTAINER_ENGINE = /^kind-/

/** The inputs that the Tekton Task has as params, under the same names. */
export const TASK_FIELDS: readonly InputField[] = INPUT_FIELDS.filter(
  ({ name, only }) => only !== 'action' && !NEEDS_CONTAINER_ENGINE.test(name),
)

/**
 * The environment variable in which the Task hands a param over. Never in a script or in arguments: there it would be
 * code, and could read what the step has in other variables.
 */
export function paramVariable(name: string): string {
  return `SEAWORTHY_PARAM_${name.toUpperCase().replaceAll('-', '_')}`
}

/** Raw strings of params, as `parseRunRequest` takes them. */
export function readParams(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = TASK_FIELDS.map(({ name }) => name),
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(names.map((name) => [name, environment[paramVariable(name)]]))
}
