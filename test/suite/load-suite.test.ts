import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesSystem, ProcessSystem } from '../../src/model/suite.ts'
import { loadSuite } from '../../src/suite/load-suite.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'suite-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rest = `objectives: [{name: ok, indicator: {traffic: success}, target: 99%}]
experiments: [{name: dies, fault: {type: pod-kill, target: {workload: web}}}]
`
const head = 'apiVersion: seaworthy.dev/v1\nkind: Suite\nmetadata: {name: shop}\n'

async function load(text: string | Uint8Array) {
  const path = join(folder, 'seaworthy.yaml')
  writeFileSync(path, text)
  return loadSuite(path, {})
}

test('paths become absolute against the folder of the suite', async () => {
  const suite = await load(
    `${head}system: {services: {web: {command: x, directory: services/web}, api: {command: y}}}\ntraffic: {k6: {script: load.js}}\n${rest}`,
  )
  const system = suite.system as ProcessSystem
  expect(system.services.map(({ directory }) => directory)).toEqual([join(folder, 'services/web'), folder])
  expect(suite.traffic).toEqual({ kind: 'k6', script: join(folder, 'load.js'), env: {} })
  expect(suite.file).toBe(join(folder, 'seaworthy.yaml'))
})

test('manifests too', async () => {
  const text = `${head}system: {namespace: a, workloads: [Deployment/web], deploy: {manifests: [k8s/, /etc/x.yaml]}}\ntraffic: {http: {url: http://web/, rate: 1/s}}\n${rest}`
  const system = (await load(text)).system as KubernetesSystem
  expect(system.deploy?.manifests).toEqual([join(folder, 'k8s'), '/etc/x.yaml'])
})

test.each([
  ['text that is not UTF-8', Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0xfe]), /not text in UTF-8/],
  ['UTF-16', Buffer.from(`\uFEFF${head}`, 'utf16le'), /not text in UTF-8/],
  ['a binary file', Buffer.concat([Buffer.from('ELF'), Buffer.alloc(64)]), /binary file/],
  ['more than 256 KiB', Buffer.alloc(1_048_576, 0x61), /more than 262144 bytes \(256 KiB\)/],
  ['nothing', '', /the file is empty/],
])('%s is refused', async (_, bytes, message) => {
  await expect(load(bytes)).rejects.toMatchObject({ code: 'SUITE', message: expect.stringMatching(message) })
})

test('what cannot be read says why', async () => {
  mkdirSync(join(folder, 'a-folder'))
  await expect(loadSuite(join(folder, 'none.yaml'), {})).rejects.toMatchObject({
    code: 'INPUT',
    message: expect.stringContaining('there is no such file'),
  })
  await expect(loadSuite(join(folder, 'a-folder'), {})).rejects.toMatchObject({
    code: 'INPUT',
    message: expect.stringContaining('it is a folder'),
  })
})

test('a device without end is read no further than a suite may be long', async () => {
  await expect(loadSuite('/dev/zero', {})).rejects.toMatchObject({
    code: 'SUITE',
    message: expect.stringContaining('256 KiB'),
  })
})
