import { expect, it } from 'vitest'
import { bundledComponents, imageSbom, sbomOf } from '../../scripts/image/sbom.ts'

const STATUS = `Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u14
Description: GNU C Library
 Package: not-a-field
 .

Package: login
Status: install ok installed
Architecture: amd64
Version: 1:4.13+dfsg1-1

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0
`
const bundled = bundledComponents([{ name: '@octokit/core', version: '7.0.8', licence: 'MIT', notice: '' }])

it('lists what is bundled, Node, and the Debian packages that are installed', () => {
  const text = imageSbom({
    bundled: JSON.stringify(sbomOf('1.2.3', bundled)),
    status: STATUS,
    nodeVersion: '24.21.0',
    suite: 'bookworm',
  })
  const sbom = JSON.parse(text)
  expect(sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { name: 'seaworthy', version: '1.2.3', licenses: [{ license: { id: 'Apache-2.0' } }] } },
  })
  expect(sbom.components.map(({ purl }: { purl: string }) => purl)).toEqual([
    'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=bookworm',
    'pkg:deb/debian/login@1%3A4.13%2Bdfsg1-1?arch=amd64&distro=bookworm',
    'pkg:generic/node@24.21.0',
    'pkg:npm/%40octokit/core@7.0.8',
  ])
})

it('says the same of the same parts, in whatever order they come', () => {
  const more = bundledComponents([{ name: 'yaml', version: '2.9.1', licence: 'ISC', notice: '' }])
  expect(sbomOf('1.0.0', [...more, ...bundled])).toEqual(sbomOf('1.0.0', [...bundled, ...more]))
})
