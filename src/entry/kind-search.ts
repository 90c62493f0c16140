import { join } from 'node:path'
import type { KindSearch } from '../platform/kubernetes/kind/find-kind.ts'
import { serviceEnvironment } from '../platform/process/service-environment.ts'
import { stateFolder } from './state-folder.ts'

/** How kind is found: named by `--kind-binary` or SEAWORTHY_KIND, else in PATH, else downloaded into the state folder. */
export function kindSearch(named?: string): KindSearch {
  return {
    named: named || process.env.SEAWORTHY_KIND || undefined,
    environment: serviceEnvironment(process.env),
    cacheFolder: join(stateFolder(), 'kind'),
  }
}
