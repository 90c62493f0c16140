import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processesOf } from '../../../src/daemon/processes/container-processes.ts'
import { kill } from '../../../src/daemon/processes/kill.ts'
import { pause } from '../../../src/daemon/processes/pause.ts'
import { processProber } from '../../../src/daemon/processes/process-prober.ts'
import { stateOf } from '../../../src/daemon/processes/signals.ts'
import { isAlive } from '../../../src/kit/process-identity.ts'
import { abilities, CGROUP_V2, createLab, type Lab, until, type Victim, watchdogGroups } from './lab.ts'

const SERVER = `const s = require('node:http').createServer((_, r) => r.end('ok')).listen(0, '127.0.0.1', () => console.log(s.address().port))`
/** Bears a child every few milliseconds, each of which lives for a while. */
const BEARER = `print "on\\n"; $| = 1; while (1) { my $c = fork; if (!$c) { select(undef, undef, undef, 0.5); exit 0 } select(undef, undef, undef, 0.002); 1 while waitpid(-1, 1) > 0 }`

let lab: Lab
beforeEach(() => {
  lab = createLab()
})
afterEach(async () => lab.close())

const anyContainer = { container: undefined, process: undefined }

function identityOf({ container }: Victim) {
  return { pid: container.pid ?? 0, startTime: container.startTime ?? '' }
}

/** Whether the server answers within this time. */
async function answers(port: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', timeout: withinMs, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(true))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

describe('kill', () => {
  const action = { do: 'kill', container: undefined, process: undefined, signal: 'SIGKILL', graceMs: 0 } as const

  it('kills the first process, and nothing that came after it when it is applied again', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'echo on; sleep 1000'])
    const context = lab.context()
    await kill.apply(action, victim.pod, context)
    expect(isAlive(identityOf(victim))).toBe(false)
    const other = await lab.startVictim(['sh', '-c', 'echo on; sleep 1000'])
    await kill.apply(action, { ...victim.pod, containers: [other.container] }, context)
    expect(isAlive(identityOf(other))).toBe(true)
    await kill.undo(action, victim.pod, context)
    expect(await kill.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('kills by the text of a command line, and only that', async () => {
    const bearer = `require('node:child_process').spawn('sleep', [String(770 + 7)]); console.log('on'); setInterval(() => {}, 9e6)`
    const victim = await lab.startVictim([process.execPath, '-e', bearer])
    const probe = { probe: 'process', container: undefined, process: 'sleep 777' } as const
    const context = lab.context()
    const seen = async () => (await processProber.read(probe, victim.pod, context, [])).state
    await until(async () => (await seen()) === 'running', 'the child')
    await kill.apply({ ...action, process: 'sleep 777' }, victim.pod, context)
    expect(await seen()).toBe('gone')
    expect(isAlive(identityOf(victim))).toBe(true)
  })

  it('refuses where there is no such process', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'echo on; sleep 1000'])
    const none = kill.apply({ ...action, process: 'no-such-thing' }, victim.pod, lab.context())
    await expect(none).rejects.toThrow('has no such process')
  })

  it('kills after the grace who does not heed SIGTERM', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'trap "" TERM; echo on; while :; do sleep 0.1; done'])
    const context = lab.context()
    const gentle = { ...action, signal: 'SIGTERM', graceMs: 300 } as const
    await kill.apply(gentle, victim.pod, context)
    await until(() => !isAlive(identityOf(victim)), 'the kill after the grace')
    await kill.undo(gentle, victim.pod, context)
    expect(watchdogGroups(context.id)).toEqual([])
  })

  it('kills nobody any more after an undo', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'trap "" TERM; echo on; while :; do sleep 0.1; done'])
    const context = lab.context()
    const gentle = { ...action, signal: 'SIGTERM', graceMs: 30_000 } as const
    await kill.apply(gentle, victim.pod, context)
    expect(watchdogGroups(context.id)).not.toEqual([])
    await kill.undo(gentle, victim.pod, context)
    expect(watchdogGroups(context.id)).toEqual([])
    expect(isAlive(identityOf(victim))).toBe(true)
  })
})

describe('pause by SIGSTOP', () => {
  const action = { do: 'pause', ...anyContainer } as const
  const probe = { probe: 'process', ...anyContainer } as const

  it('stops a server and lets it go on', async () => {
    const victim = await lab.startVictim([process.execPath, '-e', SERVER])
    const context = lab.context()
    expect(await answers(victim.line(), 5_000)).toBe(true)
    await pause.apply(action, victim.pod, context)
    await pause.apply(action, victim.pod, context)
    expect(await answers(victim.line(), 300)).toBe(false)
    const under = await processProber.read(probe, victim.pod, context, [])
    expect(under).toMatchObject({ state: 'stopped', identity: `${victim.container.pid}:${victim.container.startTime}` })
    expect(await pause.leftovers(action, victim.pod, context)).not.toEqual([])
    await pause.undo(action, victim.pod, lab.context({ id: context.id }))
    await pause.undo(action, victim.pod, context)
    expect(await answers(victim.line(), 5_000)).toBe(true)
    expect(await pause.leftovers(action, victim.pod, context)).toEqual([])
    expect(watchdogGroups(context.id)).toEqual([])
  })

  it('stops children that are born meanwhile', async () => {
    const victim = await lab.startVictim(['perl', '-e', BEARER])
    const context = lab.context()
    await pause.apply(action, victim.pod, context)
    expect(
      processesOf(victim.container.id)
        .map(stateOf)
        .filter((state) => state !== undefined && state !== 'T'),
    ).toEqual([])
    await pause.undo(action, victim.pod, context)
    expect(processesOf(victim.container.id).map(stateOf)).not.toContain('T')
  })

  it('does not continue what it did not stop', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'sleep 1000 & kill -STOP $!; echo on; wait; sleep 1000'])
    const context = lab.context()
    await until(() => processesOf(victim.container.id).some((each) => each.state === 'T'), 'the one that stops itself')
    await pause.apply(action, victim.pod, context)
    await pause.undo(action, victim.pod, context)
    expect(processesOf(victim.container.id).map(stateOf).toSorted()).toEqual(['S', 'T'])
  })

  it('undoes when the victim is gone', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'echo on; sleep 1000'])
    const context = lab.context()
    await pause.apply(action, victim.pod, context)
    victim.child.kill('SIGKILL')
    await until(() => processesOf(victim.container.id).length === 0, 'the end of the victim')
    await pause.undo(action, victim.pod, context)
    expect(await pause.leftovers(action, victim.pod, context)).toEqual([])
  })

  it('undoes what was never applied', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'echo on; sleep 1000'])
    await pause.undo(action, victim.pod, lab.context())
    expect(stateOf(identityOf(victim))).toBe('S')
  })
})

describe('pause by the freezer of version 2', () => {
  const action = { do: 'pause', ...anyContainer } as const

  it('freezes, shows it, and thaws', async () => {
    const victim = await lab.startVictim([process.execPath, '-e', SERVER])
    const context = lab.context({ cgroupRoot: CGROUP_V2, abilities: abilities('v2') })
    await pause.apply(action, victim.pod, context)
    await pause.apply(action, victim.pod, context)
    expect(await answers(victim.line(), 300)).toBe(false)
    const probe = { probe: 'process', ...anyContainer } as const
    expect(await processProber.read(probe, victim.pod, context, [])).toMatchObject({ state: 'stopped' })
    await pause.undo(action, victim.pod, lab.context({ ...context }))
    expect(await answers(victim.line(), 5_000)).toBe(true)
    expect(await pause.leftovers(action, victim.pod, context)).toEqual([])
    expect(watchdogGroups(context.id)).toEqual([])
  })

  it('does not take over what somebody else has frozen', async () => {
    const victim = await lab.startVictim(['sh', '-c', 'echo on; sleep 1000'])
    const context = lab.context({ cgroupRoot: CGROUP_V2, abilities: abilities('v2') })
    const file = join(victim.group('unified'), 'cgroup.freeze')
    writeFileSync(file, '1')
    await expect(pause.apply(action, victim.pod, context)).rejects.toThrow('somebody else')
    await pause.undo(action, victim.pod, context)
    expect(readFileSync(file, 'utf8').trim()).toBe('1')
    writeFileSync(file, '0')
  })
})
