import { type CallSettings, callServer } from './caller.ts'
import type { CallOptions, KubeObject, Resource, Scope } from './kube-client.ts'
import { askedOf, objectCall, objectIn } from './object-call.ts'
import { pathOf, queryOf, scopeQuery } from './paths.ts'
import { refusal } from './refusal.ts'

const PAGE = 500
/** A list that is cut off again and again is asked for in one piece. */
const PAGED_ATTEMPTS = 2

export interface Listed<T> {
  readonly items: readonly T[]
  /** Where a watch goes on. */
  readonly resourceVersion: string
}

interface Page<T> {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly T[] | null
}

/** A whole list in pages of 500. A token that the server no longer knows (410) starts it anew. Throws KubeError. */
export async function listPages<T extends KubeObject>(
  resource: Resource,
  scope: Scope,
  options: CallOptions,
  settings: CallSettings,
): Promise<Listed<T>> {
  for (let attempt = 0; attempt < PAGED_ATTEMPTS; attempt += 1) {
    const listed = await listOnce<T>(resource, scope, options, settings, PAGE)
    if (listed) return listed
  }
  const listed = await listOnce<T>(resource, scope, options, settings, undefined)
  if (listed) return listed
  throw refusal(askedOf(settings, 'list', resource, scope.namespace, undefined), 410, undefined)
}

/** Undefined when its continuation has expired. */
async function listOnce<T extends KubeObject>(
  resource: Resource,
  scope: Scope,
  options: CallOptions,
  settings: CallSettings,
  limit: number | undefined,
): Promise<Listed<T> | undefined> {
  const asked = askedOf(settings, 'list', resource, scope.namespace, undefined)
  const items: T[] = []
  let next: string | undefined
  for (;;) {
    const query = queryOf({ ...scopeQuery(scope), limit: limit?.toString(), continue: next })
    const call = objectCall(asked, 'GET', `${pathOf(resource, scope.namespace)}${query}`, options)
    const answer = await callServer(call, settings)
    if (answer.status === 410) return undefined
    const page = objectIn<Page<T>>(asked, answer)
    items.push(...(page.items ?? []).map((item) => named(item, resource)))
    next = page.metadata?.continue || undefined
    if (next === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' }
  }
}

/** A list says its items' kind only once. */
function named<T extends KubeObject>(item: T, { group, version, kind }: Resource): T {
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...item }
}
