import type { KubeObject } from '../../kube/kube-client.ts'
import { MANAGED_BY_LABEL, SYSTEM_NAMESPACE } from '../../model/cluster/fault-object.ts'
import { PART_OF, PART_OF_LABEL } from '../../model/cluster/permission.ts'
import { COMPONENT_LABEL, VERSION_LABEL } from '../../model/cluster/system.ts'

/** Any object that is installed, complete as the API server gets it. */
export type Manifest = KubeObject & {
  readonly apiVersion: string
  readonly kind: string
  readonly [member: string]: unknown
}

/** What the objects of an installation differ in. */
export interface Installation {
  readonly namespace: string
  readonly image: string
  readonly version: string
}

/** `ghcr.io/seaworthy-dev/seaworthy:0.1.0` */
export function defaultImage(version: string): string {
  return `ghcr.io/seaworthy-dev/seaworthy:${version}`
}

/** An installation as the command line makes it when it is told nothing. */
export function defaultInstallation(version: string): Installation {
  return { namespace: SYSTEM_NAMESPACE, image: defaultImage(version), version }
}

/** Every object of ours carries these, so that nothing of it is ever looked for in vain. */
export function labelsOf({ version }: Installation, component?: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'seaworthy',
    [PART_OF_LABEL]: PART_OF,
    [MANAGED_BY_LABEL]: 'seaworthy',
    [VERSION_LABEL]: version,
    ...(component === undefined ? {} : { [COMPONENT_LABEL]: component }),
  }
}

/** Stable over versions: the selector of a workload cannot be changed. */
export function selectorOf(component: string): Readonly<Record<string, string>> {
  return { [PART_OF_LABEL]: PART_OF, [COMPONENT_LABEL]: component }
}

/** From the field path of a pod, such as `spec.nodeName`. */
export function fromField(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { fieldPath } } }
}
