import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from '../../../src/kit/exec.ts'
import { type Cluster, ensureCluster, loadProductImage } from '../cluster.ts'
import { run, until } from '../tools.ts'
import { apply, kubectl, ready } from './kubectl.ts'
import { agents, clientPod, NAMESPACE, namespace, staticPod, staticService } from './objects.ts'

/** The one that all tests share. */
const NUMBER = 0
let cluster: Cluster

beforeAll(async () => {
  cluster = await ensureCluster(NUMBER)
  await loadProductImage(NUMBER)
  await apply(cluster, [namespace])
  const pods = [staticPod('static-1', 'node-1'), staticPod('static-2', 'node-2'), clientPod('client', 'node-1')]
  await apply(cluster, [...pods, staticService, agents])
  await ready(cluster, NAMESPACE, 'static-1', 'static-2', 'client')
  await kubectl(cluster, '-n', NAMESPACE, 'rollout', 'status', 'daemonset/agent', '--timeout=60s')
  // kube-proxy gathers changes for a second before it writes its rules.
  const address = await field('service', 'static', '.spec.clusterIP')
  await until('the service to answer', () => textFrom(`http://${address}/`).catch(() => undefined))
}, 600_000)

afterAll(async () => {
  await kubectl(cluster, 'delete', 'namespace', NAMESPACE)
})

function inPod(pod: string, ...command: readonly string[]): Promise<string> {
  return kubectl(cluster, '-n', NAMESPACE, 'exec', pod, '--', ...command)
}

function field(kind: string, name: string, path: string): Promise<string> {
  return kubectl(cluster, '-n', NAMESPACE, 'get', kind, name, '--output', `jsonpath={${path}}`)
}

async function agentOn(node: string): Promise<string> {
  const options = ['--selector=app=agent', `--field-selector=spec.nodeName=${node}`, '--output=name']
  return (await kubectl(cluster, '-n', NAMESPACE, 'get', 'pods', ...options)).trim().replace('pod/', '')
}

async function textFrom(url: string): Promise<string> {
  return (await fetch(url, { headers: { connection: 'close' } })).text()
}

describe('a cluster', () => {
  it('resolves names and reaches services on both nodes', async () => {
    const ask = `const seen = new Set()
    while (seen.size < 2) {
      const response = await fetch('http://static.lab/', { headers: { connection: 'close' } })
      seen.add((await response.text()).split(' ')[0])
    }
    console.log([...seen].sort().join(' '))`
    expect(await inPod('client', 'node', '--input-type=module', '-e', ask)).toBe('static-1 static-2\n')
  })

  it('answers for a name that does not exist', async () => {
    const ask = `require('node:dns').promises.lookup('nowhere.example').catch((error) => console.log(error.code))`
    expect((await inPod('client', 'node', '-e', ask)).trim()).toBe('ENOTFOUND')
  })

  it('shows logs and runs commands as the user of the image', async () => {
    expect(await kubectl(cluster, '-n', NAMESPACE, 'logs', 'client')).toBe('hello\n')
    expect((await inPod('client', 'id', '-u')).trim()).toBe('65532')
  })

  it('runs the product', async () => {
    const said = await inPod('client', 'node', '/app/dist/cli.cjs', '--version')
    expect(said).toContain('0.1.0')
  })

  it('proxies to a service through the API server', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/services/static:80/proxy/`
    expect(await kubectl(cluster, 'get', '--raw', path)).toMatch(/^static-[12] \d+\n$/)
  })

  it('forwards a port', async () => {
    const args = ['--kubeconfig', cluster.kubeconfig, '-n', NAMESPACE, 'port-forward', 'pod/static-2', ':9090']
    const forward = start(cluster.kubectlPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      if (!forward.stdout) throw new Error('no output')
      const [line] = (await once(forward.stdout, 'data')) as [Buffer]
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(String(line))?.[1])
      const socket = connect(port, '127.0.0.1')
      socket.write('echo')
      expect(String((await once(socket, 'data'))[0])).toBe('echo')
      socket.destroy()
    } finally {
      forward.kill('SIGTERM')
      await once(forward, 'exit')
    }
  })

  it('lets this machine reach pods and services', async () => {
    for (const name of ['static-1', 'static-2']) {
      const address = await field('pod', name, '.status.podIP')
      expect(await textFrom(`http://${address}:8080/`)).toContain(name)
    }
    expect(await textFrom(`http://${await field('service', 'static', '.spec.clusterIP')}/`)).toContain('static-')
  })

  it('has no way out of its nodes', async () => {
    for (const { netns } of cluster.nodes) {
      for (const family of ['-4', '-6']) {
        const args = [`--net=${netns}`, 'ip', family, 'route', 'show', 'default']
        expect((await run('nsenter', args)).trim()).toBe('')
      }
    }
  })
})

describe('a privileged agent', () => {
  it('sees the processes of its own node and of no other', async () => {
    const agent = await agentOn('node-2')
    const here = await field('pod', 'static-2', '.metadata.uid')
    const elsewhere = await field('pod', 'static-1', '.metadata.uid')
    // One that ends meanwhile is none that anybody looks for.
    const cgroups = await inPod(agent, 'sh', '-c', 'cat /proc/[0-9]*/cgroup 2>/dev/null; true')
    expect(cgroups).toContain(here)
    expect(cgroups).not.toContain(elsewhere)
  })

  it('enters the network of a pod on its node', async () => {
    const agent = await agentOn('node-2')
    const uid = await field('pod', 'static-2', '.metadata.uid')
    const script = `for p in /proc/[0-9]*; do
      if grep -q ${uid} $p/cgroup; then nsenter --target \${p#/proc/} --net ip -4 -o address show eth0; exit; fi
    done`
    expect(await inPod(agent, 'sh', '-c', script)).toContain(await field('pod', 'static-2', '.status.podIP'))
  })

  it("has the node's name and network, and writes to its control groups", async () => {
    const agent = await agentOn('node-2')
    expect((await inPod(agent, 'hostname')).trim()).toBe('node-2')
    expect(await inPod(agent, 'ip', '-4', '-o', 'address')).toContain('172.31.0.2/')
    const group = '/sys/fs/cgroup/freezer/seaworthy-0-2/lab'
    await inPod(agent, 'sh', '-c', `mkdir ${group} && echo THAWED > ${group}/freezer.state && rmdir ${group}`)
  })

  it('makes packet filters with sets', async () => {
    const rules =
      'nft add table inet lab && nft "add set inet lab s { type ipv4_addr; timeout 60s; }" && nft delete table inet lab'
    await inPod(await agentOn('node-1'), 'sh', '-c', rules)
    await inPod(await agentOn('node-1'), 'sh', '-c', 'ipset create lab hash:ip timeout 60 && ipset destroy lab')
  })
})
