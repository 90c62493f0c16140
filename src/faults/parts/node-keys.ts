import * as z from 'zod'

/** Name of a unit of the service manager. Made when it is asked for. */
export function unitKey() {
  return z.string().regex(/^[A-Za-z0-9][-A-Za-z0-9_.@:]{0,127}$/, { error: 'Not the name of a unit, such as kubelet.' })
}
