import { VERSION } from '../kit/version.ts'
import { definitions, installedObjects } from './objects/all.ts'
import { defaultInstallation } from './objects/manifest.ts'
import { toYaml } from './to-yaml.ts'

/** The files in `deploy/`, for those who bring objects into a cluster by other means than `seaworthy install`. By name. Pure. */
export function deployFiles(): Readonly<Record<string, string>> {
  const installation = defaultInstallation(VERSION)
  const all = installedObjects(installation)
  const header = '# Generated from src/install by `npm run schema`; the same as `seaworthy install --dry-run`.\n'
  return {
    'crds.yaml': `${header}${toYaml(definitions(installation))}`,
    'seaworthy.yaml': `${header}${toYaml(all)}`,
    'kustomization.yaml':
      '# kubectl apply --server-side --kustomize deploy\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [seaworthy.yaml]\n',
  }
}
