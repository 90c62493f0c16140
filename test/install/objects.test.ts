import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { deployFiles } from '../../src/install/generated.ts'
import { installedObjects } from '../../src/install/objects/all.ts'
import { defaultInstallation } from '../../src/install/objects/manifest.ts'
import type { Rule } from '../../src/install/objects/rules.ts'
import { resourceOf } from '../../src/install/resource-of.ts'
import { areCompatible, compareVersions } from '../../src/install/version-order.ts'

const objects = installedObjects(defaultInstallation('1.2.3'))
const named = (kind: string, name: string) => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (!found) throw new Error(`there is no ${kind} ${name}`)
  return found as unknown as Record<string, never> & { readonly spec: never }
}

test('the files in deploy/ are those that are generated (npm run schema)', () => {
  for (const [name, text] of Object.entries(deployFiles())) expect(readFileSync(`deploy/${name}`, 'utf8')).toBe(text)
})

test('every object is one that can be applied, carries our labels and says its version', () => {
  for (const object of objects) {
    expect(resourceOf(object).kind).toBe(object.kind)
    expect(object.metadata.labels).toMatchObject({
      'app.kubernetes.io/part-of': 'seaworthy',
      'app.kubernetes.io/managed-by': 'seaworthy',
      'app.kubernetes.io/version': '1.2.3',
    })
  }
})

describe('rights', () => {
  const rules = objects.flatMap((object) =>
    ((object as { rules?: readonly Rule[] }).rules ?? []).map((rule) => ({ of: object.metadata.name, ...rule })),
  )

  test('have no wildcards, secrets, roles, impersonation or exec', () => {
    expect(rules.length).toBeGreaterThan(10)
    for (const { apiGroups, resources, verbs } of rules) {
      for (const word of [...apiGroups, ...resources, ...verbs]) expect(word).not.toContain('*')
      for (const denied of ['secrets', 'pods/exec', 'pods/attach', 'serviceaccounts/token', 'nodes/proxy'])
        expect(resources).not.toContain(denied)
      expect(apiGroups).not.toContain('rbac.authorization.k8s.io')
      for (const verb of ['escalate', 'bind', 'impersonate']) expect(verbs).not.toContain(verb)
    }
  })

  test('of tenants do not reach the status of faults, nor nodes', () => {
    const user = rules.filter(({ of }) => of === 'seaworthy-user').flatMap(({ resources }) => resources)
    expect(user).not.toContain('faults/status')
    expect(user).not.toContain('nodefaults')
    expect(user).not.toContain('nodes')
  })
})

test('the controller would be admitted by the strictest pod-security level', () => {
  const { template } = (
    named('Deployment', 'seaworthy-controller') as unknown as { spec: { template: { spec: never } } }
  ).spec
  expect(template.spec).toMatchObject({
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
  })
  expect(JSON.stringify(template)).not.toContain('hostPath')
})

test('the daemon mounts only its own folder and the control groups', () => {
  expect(JSON.stringify(named('DaemonSet', 'seaworthy-daemon')).match(/"hostPath":\{"path":"[^"]+"/g)).toEqual([
    '"hostPath":{"path":"/sys/fs/cgroup"',
    '"hostPath":{"path":"/var/lib/seaworthy"',
  ])
})

describe('definitions', () => {
  test.each(['faults.seaworthy.dev', 'nodefaults.seaworthy.dev'])('%s has nothing that is not structural', (name) => {
    const text = JSON.stringify(named('CustomResourceDefinition', name))
    for (const word of ['$ref', 'anyOf', 'oneOf', '"additionalProperties":false', '"additionalProperties":{}'])
      expect(text).not.toContain(word)
    expect(text).toContain('"x-kubernetes-list-map-keys":["uid"]')
    expect(text).toContain('"x-kubernetes-list-map-keys":["type"]')
  })
})

test('versions are ordered by their numbers', () => {
  expect(compareVersions('0.9.0', '0.10.0')).toBeLessThan(0)
  expect(compareVersions('1.0.0', '1.0.0-rc.1')).toBe(0)
  expect(compareVersions('unknown', '1.0.0')).toBe(0)
  expect(areCompatible('1.2.3', '1.2.9')).toBe(true)
  expect(areCompatible('1.2.3', '1.3.0')).toBe(false)
  expect(areCompatible('unknown', '1.3.0')).toBe(false)
})
