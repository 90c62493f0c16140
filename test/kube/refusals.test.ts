import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fixedCredentials } from '../../src/kube/connection.ts'
import { CONFIG_MAPS, FAULTS, PODS } from '../../src/kube/resources.ts'
import { plainWords } from '../../src/kube/server-words.ts'
import { tokenFile } from '../../src/kube/token-file.ts'
import { type Answer, clientOf, configMap, fakeApi, json, refuses, resets, text } from './fake-api.ts'

const NOBODY = 'pods is forbidden: User "system:serviceaccount:ci:gate" cannot list resource "pods" in API group ""'

describe('what to do about a refusal', () => {
  it.each([
    [
      refuses(403, 'Forbidden', NOBODY),
      'Add to a Role in namespace shop: {apiGroups: [""], resources: ["pods"], verbs: ["list"]}, bound to service account gate of namespace ci.',
    ],
    [refuses(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: small'), 'Raise the quota of namespace shop'],
    [refuses(403, 'Forbidden', 'violates PodSecurity "restricted:latest"'), 'pod-security.kubernetes.io/enforce'],
    [
      refuses(403, 'Forbidden', 'is being terminated', { causes: [{ reason: 'NamespaceTerminating', message: '' }] }),
      'Namespace shop is being deleted',
    ],
    [refuses(400, 'BadRequest', 'admission webhook "policy.example" denied the request'), 'admission webhook'],
    [refuses(401, 'Unauthorized'), 'Renew the credentials of context test of kubeconfig'],
  ] satisfies readonly (readonly [Answer, string])[])('is said', async (answer, remedy) => {
    const { client } = clientOf(await fakeApi(answer))
    await expect(client.list(PODS, { namespace: 'shop' })).rejects.toMatchObject({
      remedy: expect.stringContaining(remedy),
      message: expect.stringContaining('cannot list pods in namespace shop: '),
    })
  })

  it.each([
    ['a server that repeats it', (sent: string) => refuses(403, 'Forbidden', `what is ${sent}?`)],
    ['a page of somebody in between', (sent: string) => text(502, `<p>${Buffer.from(sent).toString('base64')}</p>`)],
    ['nobody who answers', () => resets],
  ])('tells nothing of the token: %s', async (_, answer) => {
    const token = 'sesame-canary-0123456789'
    const api = await fakeApi((response, request) => answer(request.headers.authorization ?? '')(response, request))
    const { client } = clientOf(api, { deadlineMs: 2_000 }, fixedCredentials({ token }))
    const error = await client.list(PODS, { namespace: 'shop' }).catch((caught: unknown) => inspect(caught))
    expect(api.seen[0]?.headers.authorization).toBe(`Bearer ${token}`)
    expect(error).toContain('cannot list pods in namespace shop: ')
    expect(error).not.toMatch(/canary|Y2FuYXJ5|NhbmFye|jYW5hcn/)
  })

  it('repeats a webhook that timed out, and says so in the end', async () => {
    const api = await fakeApi(refuses(500, 'InternalError', 'failed calling webhook "x": context deadline exceeded'))
    const { client } = clientOf(api, { deadlineMs: 2_000 })
    await expect(client.list(PODS, { namespace: 'shop' })).rejects.toMatchObject({
      status: 500,
      remedy: expect.stringContaining('webhook'),
    })
    expect(api.seen.length).toBeGreaterThan(2)
  })

  it('names the engine when its kind is missing', async () => {
    const { client } = clientOf(await fakeApi(refuses(404, 'NotFound', 'the server could not find the resource')))
    await expect(client.get(FAULTS, 'a', 'shop')).rejects.toMatchObject({
      status: 404,
      remedy: expect.stringContaining('Install the engine'),
    })
  })

  it('keeps what a server says on one line and short', () => {
    expect(plainWords('a\r\n::error::b\u001b[2J\u202ec')).toBe('a ::error::b [2J c')
    expect(plainWords('x'.repeat(5_000))).toHaveLength(1_001)
  })
})

describe('a token that changed', () => {
  const needs =
    (token: string): Answer =>
    (response, request) =>
      (request.headers.authorization === `Bearer ${token}`
        ? json(200, configMap('a', 1))
        : refuses(401, 'Unauthorized'))(response, request)

  it('is read again from its file once', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'token-')), 'token')
    writeFileSync(file, 'old\n')
    const api = await fakeApi(needs('old'))
    const { client } = clientOf(api, {}, tokenFile(file))
    expect(await client.get(CONFIG_MAPS, 'a', 'shop')).toBeDefined()
    writeFileSync(file, 'new\n')
    api.script(needs('new'))
    expect(await client.get(CONFIG_MAPS, 'a', 'shop')).toBeDefined()
    expect(api.seen).toHaveLength(3)
    api.script(needs('newer'))
    await expect(client.get(CONFIG_MAPS, 'a', 'shop')).rejects.toMatchObject({ status: 401 })
    expect(api.seen).toHaveLength(4)
  })

  it('says which file is missing, and nothing of what is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'token-'))
    const api = await fakeApi(needs('x'))
    const missing = clientOf(api, {}, tokenFile(join(folder, 'none'))).client
    await expect(missing.get(CONFIG_MAPS, 'a', 'shop')).rejects.toThrow(join(folder, 'none'))
    writeFileSync(join(folder, 'odd'), 'se\u0007cret')
    const odd = clientOf(api, {}, tokenFile(join(folder, 'odd'))).client
    const error = await odd.get(CONFIG_MAPS, 'a', 'shop').catch((caught: unknown) => String(caught))
    expect(error).toContain('holds no token')
    expect(error).not.toContain('cret')
  })
})
