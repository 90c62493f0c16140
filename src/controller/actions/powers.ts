import { SeaworthyError } from '../../kit/errors.ts'
import type { KubeObject } from '../../kube/kube-client.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Refuses an object that would reach beyond its namespace: what its pods would have of their node, and addresses that a
 * Service would take from others. Whoever may ask for a fault need not be allowed to have that, and the controller, which may,
 * must not get it for him. What `former` has already was given to it by somebody else. Throws SeaworthyError('ENGINE').
 */
export function refusePowers(object: KubeObject, former?: KubeObject): void {
  const had = former ? powersOf(former) : []
  const gained = powersOf(object).filter((power) => !had.includes(power))
  if (gained.length === 0) return
  throw new SeaworthyError(
    'ENGINE',
    `a fault gives nothing that reaches beyond its namespace, and this asks for ${gained.join(', ')}`,
    { target: object.metadata.name },
  )
}

/** In words, each once; of pods wherever a template for them stands in the object. Pure. */
export function powersOf(object: KubeObject): readonly string[] {
  return [...new Set([...serviceSpec(object), ...templates(object).flatMap(powersOfPods)])]
}

function serviceSpec(object: KubeObject): readonly string[] {
  const { externalIPs } = record(record(object).spec)
  return object.kind === 'Service' && list(externalIPs).length > 0 ? ['externalIPs'] : []
}

/** Anything with a list of containers is what pods are made from. */
function templates(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(templates)
  if (typeof value !== 'object' || value === null) return []
  const deeper = Object.values(value).flatMap(templates)
  return Array.isArray((value as Json).containers) ? [value as Json, ...deeper] : deeper
}

function powersOfPods(spec: Json): readonly string[] {
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((name) => list(spec[name]))
  const ofNode = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true)
  const volumes = list(spec.volumes).some((volume) => record(volume).hostPath !== undefined) ? ['hostPath'] : []
  return [...ofNode, ...volumes, ...containers.flatMap(powersOfContainer)]
}

function powersOfContainer(container: unknown): readonly string[] {
  const { privileged, capabilities, procMount } = record(record(container).securityContext)
  const added = list(record(capabilities).add).map((name) => `capability ${String(name)}`)
  const hostPorts = list(record(container).ports).some((port) => Boolean(record(port).hostPort)) ? ['hostPort'] : []
  return [
    ...(privileged === true ? ['privileged'] : []),
    ...(procMount !== undefined && procMount !== 'Default' ? ['procMount'] : []),
    ...added,
    ...hostPorts,
  ]
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
