import { SeaworthyError } from '../kit/errors.ts'
import type { Resource, Scope } from './kube-client.ts'

/** Where one object is. Throws SeaworthyError('INTERNAL') when its namespace is missing: another path would be meant. */
export function objectPath(resource: Resource, name: string, namespace?: string, subresource?: string): string {
  needNamespace(resource, namespace)
  return pathOf(resource, namespace, name, subresource)
}

/** Where objects are created. Throws as `objectPath` does. */
export function collectionPath(resource: Resource, namespace?: string): string {
  needNamespace(resource, namespace)
  return pathOf(resource, namespace)
}

function needNamespace(resource: Resource, namespace: string | undefined): void {
  if (resource.namespaced && !namespace) throw new SeaworthyError('INTERNAL', `a ${resource.kind} needs a namespace`)
}

/** `/apis/apps/v1/namespaces/shop/deployments/web/scale`; every part escaped. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? ['api', resource.version] : ['apis', resource.group, resource.version]
  const inNamespace = resource.namespaced && namespace !== undefined ? ['namespaces', namespace] : []
  const parts = [...root, ...inNamespace, resource.plural, ...(name === undefined ? [] : [name])]
  // A subresource may itself have a path, as `proxy/metrics` has.
  const rest = subresource === undefined ? [] : subresource.split('/')
  return `/${[...parts, ...rest].map(segment).join('/')}`
}

/** Escaped. Throws SeaworthyError('PLATFORM') for what a server would read as another path. */
function segment(text: string): string {
  if (text !== '' && text !== '.' && text !== '..') return encodeURIComponent(text)
  throw new SeaworthyError('PLATFORM', `${JSON.stringify(text)} is not a name`)
}

/** `?a=b`, or nothing without parameters; those that are undefined are left out. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const text = new URLSearchParams(given).toString()
  return text === '' ? '' : `?${text}`
}

export function scopeQuery({ labels, fields }: Scope): Readonly<Record<string, string | undefined>> {
  return { labelSelector: labels, fieldSelector: fields }
}
