import { stringify } from 'yaml'
import type { Manifest } from './objects/manifest.ts'

/** Objects as one YAML stream, as `kubectl apply --filename -` reads it. */
export function toYaml(objects: readonly Manifest[]): string {
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('')
}
