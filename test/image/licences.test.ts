import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundledPackages, licences } from '../../scripts/licences.ts'

function packageWith(manifest: object, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'licences-'))
  const folder = join(root, 'node_modules/some')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'some', version: '1.0.0', ...manifest }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return join(folder, 'index.js')
}

describe('the licences of what is bundled', () => {
  it('are named and given in full, once for each package', () => {
    const input = packageWith({ license: 'ISC' }, { LICENSE: 'Copyright Somebody\n' })
    const packages = bundledPackages([input, input.replace('index', 'other'), 'src/entry/cli.ts'])
    expect(packages).toEqual([{ name: 'some', version: '1.0.0', licence: 'ISC', notice: 'Copyright Somebody' }])
    expect(licences(packages)).toBe('some 1.0.0 (ISC)\n\nCopyright Somebody\n')
  })
  it.each(['GPL-3.0-only', 'AGPL-3.0-or-later', 'LGPL-2.1', 'SSPL-1.0', 'UNLICENSED', '(MIT OR GPL-2.0)', undefined])(
    'refuse %s',
    (license) => {
      const input = packageWith({ license }, { LICENSE: 'words' })
      expect(() => bundledPackages([input])).toThrow(/some 1\.0\.0 is under .*, which cannot be shipped here/)
    },
  )
  it('are taken from the end of a README where there is no file of their own', () => {
    const readme = '# some\n\nWords.\n\nLicense\n-------\n\n(The MIT License)\n\nCopyright Somebody\n'
    expect(bundledPackages([packageWith({ license: 'MIT' }, { 'README.md': readme })])).toMatchObject([
      { notice: '(The MIT License)\n\nCopyright Somebody' },
    ])
  })
  it('must have a text', () => {
    expect(() => bundledPackages([packageWith({ license: 'MIT' }, { 'README.md': '# some\n' })])).toThrow('no text')
  })
  it('of every dependency at run time can be shipped', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object }
    const names = Object.keys(dependencies)
    expect(bundledPackages(names.map((name) => `node_modules/${name}/index.js`)).map(({ name }) => name)).toEqual(
      names.toSorted(),
    )
  })
})
