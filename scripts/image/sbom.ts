import type { BundledPackage } from '../licences.ts'

/** A component of CycloneDX 1.6, as far as it is used here (https://cyclonedx.org/docs/1.6/json/). */
export interface Component {
  readonly type: 'application' | 'library'
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly purl?: string
  readonly licenses?: readonly { readonly license: { readonly id: string } }[]
}

export interface Sbom {
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly version: 1
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
}

/** A bill of materials without time and serial number: the same parts make the same bytes. */
export function sbomOf(version: string, components: readonly Component[]): Sbom {
  const purl = `pkg:npm/seaworthy@${version}`
  const seaworthy = { type: 'application', 'bom-ref': purl, name: 'seaworthy', version, purl } as const
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...seaworthy, licenses: [{ license: { id: 'Apache-2.0' } }] } },
    components: components.toSorted((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1)),
  }
}

export function bundledComponents(packages: readonly BundledPackage[]): readonly Component[] {
  return packages.map(({ name, version, licence }) => ({
    ...part('library', name, version, `pkg:npm/${name.replace('@', '%40')}@${version}`),
    licenses: [{ license: { id: licence } }],
  }))
}

function nodeComponent(version: string): Component {
  return {
    ...part('application', 'node', version, `pkg:generic/node@${version}`),
    licenses: [{ license: { id: 'MIT' } }],
  }
}

/**
 * Debian's packages, from the text of `/var/lib/dpkg/status` (deb-control(5)): those that are installed. Their licences are in
 * the image itself, in `/usr/share/doc/<package>/copyright`.
 */
function debianComponents(status: string, suite: string): readonly Component[] {
  return status
    .split('\n\n')
    .map(fieldsOf)
    .filter(({ Status }) => Status === 'install ok installed')
    .map(({ Package = '', Version = '', Architecture = '' }) => {
      // https://github.com/package-url/purl-spec: the plus and the colon of a version are escaped.
      const qualifiers = `arch=${Architecture}&distro=${suite}`
      return part(
        'library',
        Package,
        Version,
        `pkg:deb/debian/${encodeURIComponent(Package)}@${encodeURIComponent(Version)}?${qualifiers}`,
      )
    })
}

function fieldsOf(paragraph: string): Partial<Record<string, string>> {
  const fields = [...paragraph.matchAll(/^(?<name>[\w-]+): *(?<value>.*)$/gm)]
  return Object.fromEntries(fields.map(({ groups }) => [groups?.name, groups?.value]))
}

function part(type: Component['type'], name: string, version: string, purl: string): Component {
  return { type, 'bom-ref': purl, name, version, purl }
}

/** The bill of materials of the whole image, as text: what is bundled into `dist`, Node, and Debian's packages. */
export function imageSbom(parts: {
  /** `dist/sbom.cdx.json` */
  readonly bundled: string
  /** `/var/lib/dpkg/status` */
  readonly status: string
  readonly nodeVersion: string
  readonly suite: string
}): string {
  const bundled = JSON.parse(parts.bundled) as Sbom
  const components = [
    ...bundled.components,
    nodeComponent(parts.nodeVersion),
    ...debianComponents(parts.status, parts.suite),
  ]
  return `${JSON.stringify(sbomOf(bundled.metadata.component.version, components), null, 2)}\n`
}
