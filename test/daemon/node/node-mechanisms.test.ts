import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeLinkDown } from '../../../src/daemon/node/link-down.ts'
import { nodeProber } from '../../../src/daemon/node/node-prober.ts'
import { NODE_WORK_MECHANISMS, NODE_WORK_PROBERS } from '../../../src/daemon/node/node-work.ts'
import { nodePower } from '../../../src/daemon/node/power.ts'
import { nodeServiceConfig } from '../../../src/daemon/node/service-config.ts'
import { nodeServiceStop } from '../../../src/daemon/node/service-stop.ts'
import { contextIn, NODE, POD, recordingHost } from './recording-host.ts'

const ID = '0badcafe'

describe('node-power', () => {
  const action = { do: 'node-power', how: 'reboot' } as const

  it('is asked for once, also by a daemon that finds it in its journal after the boot', async () => {
    const host = recordingHost({ '/proc/sys/kernel/random/boot_id': 'one\n' })
    const context = contextIn(host.root)
    await nodePower(host).apply(action, NODE, context)
    writeFileSync(join(host.root, 'proc/sys/kernel/random/boot_id'), 'two\n')
    await nodePower(host).apply(action, NODE, context)
    await nodePower(host).undo(action, NODE, context)
    expect(host.said).toEqual(['systemctl --force reboot'])
  })

  it('shuts down', async () => {
    const host = recordingHost({ '/proc/sys/kernel/random/boot_id': 'one\n' })
    await nodePower(host).apply({ do: 'node-power', how: 'shutdown' }, NODE, contextIn(host.root))
    expect(host.said).toEqual(['systemctl --force poweroff'])
  })

  it('is not done where it could not be written down', async () => {
    const host = recordingHost({ '/proc/sys/kernel/random/boot_id': 'one\n', '/file': '' })
    const context = { ...contextIn(host.root), folder: join(host.root, 'file/below') }
    await expect(nodePower(host).apply(action, NODE, context)).rejects.toThrow()
    expect(host.said).toEqual([])
  })
})

describe('node-service-stop', () => {
  const unit = { do: 'node-service-stop', unit: 'kubelet.service', manifest: undefined } as const
  const manifest = { do: 'node-service-stop', unit: undefined, manifest: 'kube-scheduler.yaml' } as const
  const FILE = '/etc/kubernetes/manifests/kube-scheduler.yaml'

  it('stops a unit that is active behind a watchdog, and starts it', async () => {
    const host = recordingHost()
    host.answers.set('systemctl is-active', { exitCode: 0, stdout: 'active\n' })
    const context = contextIn(host.root)
    await nodeServiceStop(host).apply(unit, NODE, context)
    expect(host.said).toEqual([
      'systemctl is-active kubelet.service',
      'watchdog starts',
      'systemctl stop kubelet.service',
    ])
    expect(host.watchdogs.get(ID)).toMatchObject({ place: 'host', words: ['kubelet.service'] })
    host.answers.set('systemctl is-active', { exitCode: 3, stdout: 'inactive\n' })
    expect(await nodeServiceStop(host).leftovers(unit, NODE, context)).toContain('unit kubelet.service is stopped')
    await nodeServiceStop(host).undo(unit, NODE, context)
    expect(host.said.slice(-2)).toEqual(['systemctl start kubelet.service', 'watchdog ends'])
    expect(await nodeServiceStop(host).leftovers(unit, NODE, context)).toEqual([])
  })

  it('leaves alone what was not active, and does not start it afterwards', async () => {
    const host = recordingHost()
    host.answers.set('systemctl is-active', { exitCode: 3, stdout: 'inactive\n' })
    const context = contextIn(host.root)
    await expect(nodeServiceStop(host).apply(unit, NODE, context)).rejects.toThrow('not active but inactive')
    await nodeServiceStop(host).undo(unit, NODE, context)
    expect(host.said).toEqual(['systemctl is-active kubelet.service'])
  })

  it('takes a manifest away and brings it back, once, and again, and after a restart', async () => {
    const host = recordingHost({ [FILE]: 'kind: Pod\n' })
    const context = contextIn(host.root)
    await nodeServiceStop(host).apply(manifest, NODE, context)
    await nodeServiceStop(host).apply(manifest, NODE, context)
    expect(readdirSync(join(host.root, 'etc/kubernetes/manifests'))).toEqual([`.sw-${ID}-kube-scheduler.yaml`])
    expect(host.watchdogs.get(ID)?.words).toEqual([`/etc/kubernetes/manifests/.sw-${ID}-kube-scheduler.yaml`, FILE])
    expect(await nodeServiceStop(host).leftovers(manifest, NODE, context)).toHaveLength(2)
    await nodeServiceStop(host).undo(manifest, NODE, context)
    await nodeServiceStop(host).undo(manifest, NODE, context)
    expect(readFileSync(join(host.root, FILE), 'utf8')).toBe('kind: Pod\n')
    expect(await nodeServiceStop(host).leftovers(manifest, NODE, context)).toEqual([])
  })

  it.each([
    [{ ...unit, unit: '--now' }, 'not the name of a unit'],
    [{ ...unit, unit: 'a b' }, 'not the name of a unit'],
    [{ ...unit, manifest: 'x.yaml' }, 'either a unit or a manifest'],
    [{ ...manifest, manifest: '../../shadow' }, 'leads elsewhere'],
  ])('refuses %j', (action, why) => {
    const host = recordingHost()
    expect(nodeServiceStop(host).refuse(action, NODE, contextIn(host.root).abilities)).toContain(why)
  })
})

describe('node-service-config', () => {
  const FILE = '/var/lib/kubelet/config.yaml'
  const action = {
    do: 'node-service-config',
    file: FILE,
    search: 'maxPods: 110',
    replace: 'maxPods: $&1',
    unit: 'kubelet',
  } as const
  const TEXT = 'a: 1\nmaxPods: 110\n'

  it('replaces the text, restarts the unit, and puts both back', async () => {
    const host = recordingHost({ [FILE]: TEXT })
    const path = join(host.root, FILE)
    chmodSync(path, 0o640)
    const context = contextIn(host.root)
    const mechanism = nodeServiceConfig(host)
    await mechanism.apply(action, NODE, context)
    await mechanism.apply(action, NODE, context)
    expect(readFileSync(path, 'utf8')).toBe('a: 1\nmaxPods: $&1\n')
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(host.said.slice(0, 2)).toEqual(['watchdog starts', 'systemctl restart kubelet'])
    expect(await mechanism.leftovers(action, NODE, context)).toHaveLength(2)
    await nodeServiceConfig(host).undo(action, NODE, context)
    await nodeServiceConfig(host).undo(action, NODE, context)
    expect(readFileSync(path, 'utf8')).toBe(TEXT)
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(readdirSync(join(host.root, 'var/lib/kubelet'))).toEqual(['config.yaml'])
    expect(host.said.filter((line) => line.startsWith('systemctl'))).toHaveLength(3)
    expect(await mechanism.leftovers(action, NODE, context)).toEqual([])
  })

  it('leaves what somebody else wrote meanwhile, and names the copy', async () => {
    const host = recordingHost({ [FILE]: TEXT })
    const context = contextIn(host.root)
    await nodeServiceConfig(host).apply(action, NODE, context)
    writeFileSync(join(host.root, FILE), 'theirs\n')
    await nodeServiceConfig(host).undo(action, NODE, context)
    expect(readFileSync(join(host.root, FILE), 'utf8')).toBe('theirs\n')
    expect(await nodeServiceConfig(host).leftovers(action, NODE, context)).toEqual([
      `copy /var/lib/kubelet/.sw-${ID}-config.yaml`,
    ])
  })

  it('touches nothing where the text is not there', async () => {
    const host = recordingHost({ [FILE]: 'b: 2\n' })
    const context = contextIn(host.root)
    const mechanism = nodeServiceConfig(host)
    await expect(mechanism.apply(action, NODE, context)).rejects.toThrow('does not contain')
    await mechanism.undo(action, NODE, context)
    expect(readFileSync(join(host.root, FILE), 'utf8')).toBe('b: 2\n')
    expect(host.said).toEqual([])
    expect(await mechanism.leftovers(action, NODE, context)).toEqual([])
    const none = mechanism.apply({ ...action, file: '/no/such/file' }, NODE, contextIn(join(host.root, 'other')))
    await expect(none).rejects.toThrow('there is no /no/such/file')
  })
})

describe('node-link-down', () => {
  const action = { do: 'node-link-down', device: undefined } as const

  it('writes down what goes with the link before it takes it down, behind a watchdog', async () => {
    const host = recordingHost()
    host.answers.set('ip -4 route show default', { exitCode: 0, stdout: 'default via 10.0.0.254 dev eth7 \n' })
    host.answers.set('ip -4 route show dev eth7', {
      exitCode: 0,
      stdout:
        'default via 10.0.0.254 proto dhcp\n10.0.0.0/24 proto kernel scope link src 10.0.0.1\n10.9.0.0/16 scope link\n',
    })
    host.answers.set('ip -6 -o address', {
      exitCode: 0,
      stdout: '2: eth7    inet6 fd00::1/64 scope global \\ valid_lft\n',
    })
    host.answers.set('ip -o link show', { exitCode: 0, stdout: '2: eth7: <BROADCAST,MULTICAST> mtu 1500\n' })
    const context = contextIn(host.root)
    await nodeLinkDown(host).apply(action, NODE, context)
    expect(host.said.slice(-2)).toEqual(['watchdog starts', 'ip link set dev eth7 down'])
    expect(host.watchdogs.get(ID)?.words).toEqual([
      'eth7',
      '1',
      'fd00::1/64',
      '-4 route replace 10.9.0.0/16 scope link',
      '-4 route replace default via 10.0.0.254 proto dhcp',
    ])
    expect(await nodeLinkDown(host).leftovers(action, NODE, context)).toContain('interface eth7 is down')
    await expect(nodeLinkDown(host).undo(action, NODE, context)).rejects.toThrow('does not come up')
    expect(host.watchdogs.has(ID)).toBe(true)
    host.answers.set('ip -o link show', { exitCode: 0, stdout: '2: eth7: <BROADCAST,UP,LOWER_UP> mtu 1500\n' })
    await nodeLinkDown(host).undo(action, NODE, context)
    expect(await nodeLinkDown(host).leftovers(action, NODE, context)).toEqual([])
  })

  it('refuses what is no interface', () => {
    const host = recordingHost()
    const why = nodeLinkDown(host).refuse({ ...action, device: '-all' }, NODE, contextIn(host.root).abilities)
    expect(why).toContain('not the name of an interface')
  })
})

describe('the node prober', () => {
  it('says how unit and link are', async () => {
    const host = recordingHost()
    host.answers.set('systemctl is-active', { exitCode: 3, stdout: 'failed\n' })
    host.answers.set('ip -o link', { exitCode: 0, stdout: '2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500\n' })
    const probe = { probe: 'node', unit: 'kubelet', device: 'eth0' } as const
    const reading = await nodeProber(host).read(probe, NODE, contextIn(host.root), [])
    expect(reading).toEqual({ fact: 'unit kubelet failed, link eth0 up', ready: false })
  })

  it('knows the boot, unless a unit is asked about', async () => {
    const host = recordingHost({ '/proc/sys/kernel/random/boot_id': 'one\n' })
    const read = (unit: string | undefined) =>
      nodeProber(host).read({ probe: 'node', unit, device: undefined }, NODE, contextIn(host.root), [])
    expect(await read(undefined)).toEqual({ identity: 'one' })
    writeFileSync(join(host.root, 'proc/sys/kernel/random/boot_id'), 'two\n')
    expect((await read(undefined)).identity).toBe('two')
    mkdirSync(join(host.root, 'proc/1'))
    writeFileSync(join(host.root, 'proc/1/stat'), `1 (init (x)) S 0 1 1${' 0'.repeat(15)} 77 0 0\n`)
    expect((await read(undefined)).identity).toBe('two:77')
    expect(await read('kubelet')).not.toHaveProperty('identity')
  })

  it('is silent about what cannot be asked', async () => {
    const host = recordingHost()
    const mute = { ...host, run: async () => Promise.reject(new Error('no nsenter')) }
    const probe = { probe: 'node', unit: 'kubelet', device: undefined } as const
    expect(await nodeProber(mute).read(probe, NODE, contextIn(host.root), [])).toEqual({})
  })

  it.each([
    ['systemctl is-active', { fact: 'link eth0 up' }],
    ['ip -o', { fact: 'unit kubelet active' }],
  ])('takes no answer of %s for a stopped unit or a link that is down', async (silent, seen) => {
    const host = recordingHost()
    host.answers.set('ip -o', { exitCode: 0, stdout: '2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500\n' })
    host.answers.set('systemctl is-active', { exitCode: 0, stdout: 'active\n' })
    host.answers.set(silent, { exitCode: undefined, timedOut: true })
    const probe = { probe: 'node', unit: 'kubelet', device: 'eth0' } as const
    expect(await nodeProber(host).read(probe, NODE, contextIn(host.root), [])).toEqual(seen)
  })
})

describe('what the daemon is given', () => {
  it('has one of a kind', () => {
    const kinds = NODE_WORK_MECHANISMS.map((each) => each.do)
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(NODE_WORK_PROBERS.map((each) => each.probe)).toEqual(['group', 'process', 'disk', 'script', 'node'])
  })

  it("refuses a node's action on a pod, and a container's on a node", () => {
    const { abilities } = contextIn('/nowhere')
    const refusal = (kind: string, pod: typeof NODE) => {
      const mechanism = NODE_WORK_MECHANISMS.find((each) => each.do === kind)
      const action = { do: kind, unit: 'x', file: '/x', path: '/x', search: 'x' } as never
      return mechanism?.refuse(action, pod, abilities)
    }
    for (const kind of ['node-power', 'node-link-down', 'node-service-stop', 'node-service-config']) {
      expect(refusal(kind, POD)).toContain('acts on a node')
    }
    for (const kind of ['kill', 'pause', 'stress-cpu', 'stress-memory', 'stress-switches', 'throttle-io']) {
      expect(refusal(kind, NODE)).toContain('acts on a container')
    }
    // A pod without containers is not taken for a node: its script would run there.
    for (const kind of ['script', 'fill-disk']) expect(refusal(kind, POD)).toContain('no container')
    expect(existsSync('/x')).toBe(false)
  })
})
