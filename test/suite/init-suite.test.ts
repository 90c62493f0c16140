import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { ProcessSystem, Suite } from '../../src/model/suite.ts'
import { initSuite } from '../../src/suite/init-suite.ts'
import { parseSuite } from '../../src/suite/parse-suite.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'init-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** With the real fault types: what init writes must be valid as it stands. */
async function init(files: Readonly<Record<string, string>>): Promise<{ suite: Suite; text: string; notes: string }> {
  const { text, notes } = await initSuite(project(files))
  return { suite: parseSuite({ text, file: 'seaworthy.yaml', environment: {} }), text, notes: notes.join('\n') }
}

const servicesOf = (suite: Suite) => (suite.system as ProcessSystem).services

test('a project with a start script gets one service', async () => {
  const { suite, text, notes } = await init({
    'package.json': '{"name": "shop", "scripts": {"start": "node server.js"}}',
  })
  expect(suite.name).toBe('shop')
  expect(servicesOf(suite).map(({ name, command, replicas }) => [name, command, replicas])).toEqual([
    ['web', 'npm start', 2],
  ])
  expect(suite.experiments.map(({ steps }) => steps[0]?.step === 'fault' && steps[0].fault.type)).toEqual([
    'pod-kill',
    'network-delay',
  ])
  expect(text).toContain('# what users must feel')
  expect(notes).toContain('package.json')
})

test('a Procfile comes first; processes that do not listen are comments', async () => {
  const { suite, text } = await init({
    Procfile: 'release: migrate\nweb: node web.js --port=$PORT\nworker: node worker.js\n',
    'package.json': '{"scripts": {"start": "x"}}',
  })
  expect(servicesOf(suite).map(({ name, command }) => [name, command])).toEqual([['web', 'node web.js --port=$PORT']])
  expect(text).toContain('#   command: node worker.js')
})

test('a compose file gives its services with a command, and who calls whom', async () => {
  const compose = `services:
  Web_Front: {command: ["node", "web.js", "a b"], depends_on: [api]}
  api: {command: node api.js, depends_on: {db: {condition: service_healthy}}}
  db: {image: postgres}
`
  const { suite, notes } = await init({ 'compose.yaml': compose })
  expect(servicesOf(suite).map(({ name, command, uses }) => [name, command, uses])).toEqual([
    ['web-front', "node web.js 'a b'", ['api']],
    ['api', 'node api.js', []],
  ])
  expect(notes).toContain('1 of 3 services of compose.yaml are only an image')
})

test('manifests of Kubernetes give a namespace and workloads', async () => {
  const manifest =
    'kind: Deployment\nmetadata: {name: web}\n---\nkind: Service\nmetadata: {name: front}\n---\nkind: StatefulSet\nmetadata: {name: db}\n'
  const { suite, notes } = await init({
    'k8s/app.yaml': manifest,
    'k8s/chart.yaml': 'x: {{ .Values.x }}',
    'node_modules/x/k8s.yaml': 'kind: Deployment\nmetadata: {name: no}\n',
  })
  expect(suite.system).toMatchObject({
    platform: 'kubernetes',
    namespace: 'preview',
    workloads: ['Deployment/web', 'StatefulSet/db'],
  })
  expect(suite.traffic).toMatchObject({ requests: [{ url: 'http://front/' }] })
  expect(notes).toContain('k8s/')
})

test('an empty folder, a missing one and broken files give a suite to start from', async () => {
  for (const files of [
    {},
    { 'package.json': '{', Procfile: '\0\0', 'compose.yaml': 'a: *b' },
    { 'package.json': '[]', 'compose.yaml': 'services: 3' },
  ]) {
    const { suite, notes } = await init(files)
    expect(servicesOf(suite).map(({ command }) => command)).toEqual(['npm start'])
    expect(notes).toContain('Nothing says how this project starts')
  }
  const { text } = await initSuite('/does/not/exist')
  expect(() => parseSuite({ text, file: 'x', environment: {} })).not.toThrow()
})

test('hostile names and commands are quoted and read back as they are', async () => {
  const command = fc.stringMatching(/^[ -~]{1,40}$/).filter((text) => text.trim() === text && text !== '')
  await fc.assert(
    fc.asyncProperty(
      fc.string({ maxLength: 150 }),
      command,
      fc.string({ maxLength: 80 }),
      async (name, line, process) => {
        const { suite } = await init({
          'package.json': JSON.stringify({ name, scripts: {} }),
          Procfile: `web: ${line}\n`,
        })
        expect(servicesOf(suite)[0]?.command).toBe(line)
        const composed = await init({
          'compose.yaml': JSON.stringify({ services: { [process]: { command: line }, traffic: { command: line } } }),
        })
        expect(servicesOf(composed.suite).map((service) => service.command)).toContain(line)
      },
    ),
    { numRuns: 40 },
  )
  const { suite } = await init({
    'package.json': JSON.stringify({ name: `"}\nevil: $\{HOME} # x\u2028y`, scripts: { start: 'x' } }),
  })
  expect(suite.name).toBe(`"} evil: $\{HOME} # x y`)
})

test('long names of workloads stay valid', async () => {
  const { suite } = await init({ 'k.yaml': `kind: Deployment\nmetadata: {name: ${'a'.repeat(200)}}\n` })
  expect(suite.system.workloads).toEqual([`Deployment/${'a'.repeat(200)}`])
})
