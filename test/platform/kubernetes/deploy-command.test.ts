import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runDeployCommand } from '../../../src/platform/kubernetes/deploy-command.ts'

const SECRET = `canary-${'0123456789'.repeat(3)}`
const never = new AbortController().signal

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-deploy-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const deploy = (command: string) => ({
  command,
  suiteFile: join(folder, 'seaworthy.yaml'),
  environment: { PATH: process.env.PATH ?? '' },
  secrets: [SECRET],
  kubeconfig: '/nowhere',
  namespace: 'shop',
  logPath: join(folder, 'deploy.log'),
  timeoutMs: 120_000,
})
const log = () => readFileSync(join(folder, 'deploy.log'), 'utf8')

describe('the deploy command', () => {
  it('keeps all that it writes but the secrets, from where the suite lies', async () => {
    await runDeployCommand(deploy(`pwd; echo "$NAMESPACE" ${SECRET}; printf '${SECRET} at the end'`), never)
    expect(log()).toBe(`${folder}\nshop ***\n*** at the end`)
  })

  it('tells its last words when it fails, without the secrets', async () => {
    const failing = runDeployCommand(deploy(`echo before; echo 'sent ${SECRET}' >&2; exit 7`), never)
    await expect(failing).rejects.toMatchObject({
      code: 'PLATFORM',
      message: expect.stringMatching(/^the deploy command ended with code 7\. Its last words:\n[\s\S]*sent \*\*\*/),
    })
    expect(log()).not.toContain('canary')
  })

  it('is over when it ends, whatever it left behind holds its output open', async () => {
    await runDeployCommand(deploy('setsid sleep 30 & echo "$!" > left.pid; echo started'), never)
    expect(log()).toBe('started\n')
    process.kill(Number(readFileSync(join(folder, 'left.pid'), 'utf8')), 'SIGKILL')
  })
})
