import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { confined } from '../../../src/daemon/processes/confined.ts'
import { runBounded } from '../../../src/daemon/processes/run-bounded.ts'
import { script } from '../../../src/daemon/processes/script.ts'
import { scriptProber } from '../../../src/daemon/processes/script-prober.ts'
import { createLab, type Lab, type Victim } from './lab.ts'

/** A container as runtimes start one: another user, few capabilities, an environment of its own. */
const TENANT = [
  ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--no-new-privs'],
  ...['--bounding-set', '-all,+chown', '--inh-caps', '-all'],
  ...['env', '-i', 'COLOUR=blue', 'PATH=/usr/bin:/bin', 'sh', '-c', 'echo on; sleep 1000'],
]
const ROOT = ['setpriv', '--bounding-set', '-all,+chown,+kill', '--inh-caps', '-all', 'sh', '-c', 'echo on; sleep 1000']
const ASK =
  'id -u; id -g; id -G; echo "$COLOUR"; grep -E "^(Cap(Bnd|Eff|Prm)|NoNewPrivs)" /proc/self/status | tr -d "\\t"'

let lab: Lab
beforeEach(() => {
  lab = createLab()
})
afterEach(async () => lab.close())

async function ask({ container }: Victim, command: string): Promise<readonly string[]> {
  const inside = { containerId: container.id, pid: container.pid ?? 0, command, delayMs: 0, orphan: false }
  const { stdout, stderr } = await runBounded(confined(lab.context(), inside), { timeoutMs: 10_000 })
  return `${stdout}${stderr}`.trim().split('\n')
}

describe('a command in a container', () => {
  it('has the user, the capabilities and the environment of the container, and no more', async () => {
    const victim = await lab.startVictim(TENANT)
    expect(await ask(victim, ASK)).toEqual([
      '65534',
      '65534',
      '65534',
      'blue',
      'CapPrm:0000000000000000',
      'CapEff:0000000000000000',
      'CapBnd:0000000000000001',
      'NoNewPrivs:1',
    ])
  })

  it('is root where the container is, with its few capabilities', async () => {
    const victim = await lab.startVictim(ROOT)
    const answer = await ask(victim, ASK)
    expect(answer.slice(0, 1)).toEqual(['0'])
    expect(answer.slice(-4)).toEqual([
      'CapPrm:0000000000000021',
      'CapEff:0000000000000021',
      'CapBnd:0000000000000021',
      'NoNewPrivs:0',
    ])
    expect((await ask(victim, 'mount -t tmpfs none /mnt; echo $?')).at(-1)).not.toBe('0')
  })

  it("sees the container's processes and is in its control groups", async () => {
    const victim = await lab.startVictim(ROOT)
    expect(await ask(victim, 'tr "\\0" " " < /proc/1/cmdline')).toEqual(['sh -c echo on; sleep 1000'])
    const groups = (await ask(victim, 'cat /proc/self/cgroup')).filter((line) => line.includes(victim.container.id))
    expect(groups.map((line) => line.split(':')[1])).toEqual(expect.arrayContaining(['memory', 'devices', 'cpu']))
  })
})

describe('script', () => {
  it('injects once, shows its proof, and recovers', async () => {
    const path = await lab.mountDisk(8 * 1024 ** 2)
    const victim = await lab.startVictim(ROOT)
    const context = lab.context()
    const file = join(path, 'broken')
    const words = { inject: `echo yes >> ${file}`, recover: `rm ${file}`, proof: `cat ${file}` }
    const action = { do: 'script', container: undefined, ...words } as const
    const probe = { probe: 'script', container: undefined, command: action.proof } as const
    expect(script.refuse(action, victim.pod, context.abilities)).toBeUndefined()
    expect(await scriptProber.read(probe, victim.pod, context, [])).toMatchObject({ ready: false })
    await script.apply(action, victim.pod, context)
    await script.apply(action, victim.pod, context)
    expect(readFileSync(file, 'utf8')).toBe('yes\n')
    expect(await scriptProber.read(probe, victim.pod, context, [])).toEqual({ ready: true, fact: 'exit 0: yes' })
    expect(await script.leftovers(action, victim.pod, context)).not.toEqual([])
    await script.undo(action, victim.pod, lab.context({ id: context.id }))
    await script.undo(action, victim.pod, context)
    expect(existsSync(file)).toBe(false)
    expect(await script.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('fails with what the command said, and is recovered from', async () => {
    const victim = await lab.startVictim(ROOT)
    const context = lab.context()
    const words = { inject: 'echo no such luck >&2; exit 3', recover: 'true', proof: '' }
    const action = { do: 'script', container: undefined, ...words } as const
    await expect(script.apply(action, victim.pod, context)).rejects.toThrow('inject ended with 3: no such luck')
    await script.undo(action, victim.pod, context)
    expect(await script.leftovers(action, victim.pod, context)).toEqual([])
  })
})
