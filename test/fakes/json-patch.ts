import { isDeepStrictEqual } from 'node:util'

type Step = { readonly op: string; readonly path: string; readonly value?: unknown }

/** A patch as the API server carries it out (RFC 6902: add, remove, replace, test), all or nothing. Throws where it does not fit. */
export function jsonPatch<T>(object: T, patch: readonly Step[]): T {
  const result = structuredClone(object)
  for (const step of patch) carryOut(result, step)
  return result
}

function carryOut(object: unknown, { op, path, value }: Step): void {
  const places = path
    .split('/')
    .slice(1)
    .map((place) => place.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = places.pop() ?? ''
  const container = places.reduce<unknown>((at, place) => (at as Record<string, unknown>)[place], object)
  const members = container as Record<string, unknown>
  if (op !== 'add' && !Object.hasOwn(members, last)) throw new Error(`nothing at ${path}`)
  if (op === 'test') {
    if (!isDeepStrictEqual(members[last], value)) throw new Error(`another value at ${path}`)
  } else if (op === 'remove') {
    if (Array.isArray(container)) container.splice(Number(last), 1)
    else delete members[last]
  } else if (op === 'add' && Array.isArray(container)) container.splice(Number(last), 0, value)
  else members[last] = value
}
