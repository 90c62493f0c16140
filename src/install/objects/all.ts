import { faultDefinitions } from '../crd/definitions.ts'
import { type Installation, labelsOf, type Manifest } from './manifest.ts'
import { criticalPodsQuota, systemNamespace } from './namespace.ts'
import { accessObjects } from './roles.ts'
import { versionObjects } from './version.ts'
import { controllerDeployment, daemonSet } from './workloads.ts'

/** The two definitions alone. */
export function definitions(installation: Installation): readonly Manifest[] {
  return faultDefinitions(labelsOf(installation)).map((definition) => ({ ...definition }))
}

/** All objects of an installation, each after what it needs. */
export function installedObjects(installation: Installation): readonly Manifest[] {
  return [
    systemNamespace(installation),
    ...definitions(installation),
    criticalPodsQuota(installation),
    ...accessObjects(installation),
    ...versionObjects(installation),
    daemonSet(installation),
    controllerDeployment(installation),
  ]
}
