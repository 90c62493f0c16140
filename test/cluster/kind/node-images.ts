import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Image, type Layer, writeImages } from '../images/image.ts'
import { cachedLayer, programLayer } from '../images/layers.ts'
import { type Member, writeTar } from '../images/tar.ts'
import { fileMark, textOf } from '../parts/cache.ts'
import { corednsProgram, kubernetesPrograms, pauseProgram } from '../parts/programs.ts'
import { KUBERNETES } from '../parts/versions.ts'
import { run } from '../tools.ts'
import { etcdProgram, kindNodeFiles, kubeadmProgram } from './programs.ts'

const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'] as const
const LIBRARIES: Readonly<Record<string, string>> = {
  x64: '/usr/lib/x86_64-linux-gnu',
  arm64: '/usr/lib/aarch64-linux-gnu',
}

/** Writes the images of a control plane under the names that kubeadm and kind's containerd ask for. */
export async function writeNodeImages(archive: string): Promise<void> {
  const named = await imageNames()
  const kubernetes = await kubernetesLayer()
  const iptables = await iptablesLayer()
  const component = (name: (typeof COMPONENTS)[number]): Image => ({
    name: named(name),
    layers: name === 'kube-proxy' ? [kubernetes, iptables] : [kubernetes],
    entrypoint: [`/usr/local/bin/${name}`],
  })
  await writeImages(archive, [
    ...COMPONENTS.map(component),
    await ofProgram(named('etcd'), await etcdProgram(), 'usr/local/bin/etcd'),
    await ofProgram(named('coredns'), await corednsProgram(), 'coredns'),
    await ofProgram(await pauseName(), await pauseProgram(), 'pause'),
  ])
}

async function imageNames(): Promise<(part: string) => string> {
  const list = await run(await kubeadmProgram(), [
    'config',
    'images',
    'list',
    '--kubernetes-version',
    `v1.${KUBERNETES}`,
  ])
  return (part) => {
    const name = list.split('\n').find((line) => line.includes(`/${part}:`))
    if (!name) throw new Error(`kubeadm names no image for ${part}`)
    return name
  }
}

async function pauseName(): Promise<string> {
  const config = textOf(join(await kindNodeFiles(), 'etc/containerd/config.toml'))
  const name = /sandbox_image = "(.+)"/.exec(config)?.[1]
  if (!name) throw new Error("kind's containerd configuration names no pause image")
  return name
}

async function ofProgram(name: string, program: string, path: string): Promise<Image> {
  const layer = await programLayer(path.split('/').at(-1) ?? path, program, path)
  return { name, layers: [layer], entrypoint: [`/${path}`] }
}

async function kubernetesLayer(): Promise<Layer> {
  const program = join(await kubernetesPrograms(), 'kube')
  const members: readonly Member[] = [
    { type: 'folder', name: 'etc', mode: 0o755 },
    { type: 'folder', name: 'tmp', mode: 0o777 },
    { type: 'file', name: 'usr/local/bin/kube', mode: 0o755, content: { file: program } },
    ...COMPONENTS.map((name): Member => ({ type: 'link', name: `usr/local/bin/${name}`, target: 'kube' })),
  ]
  return cachedLayer('layer-kube', [fileMark(program), COMPONENTS.join()], (tar) => writeTar(tar, members))
}

/** What kube-proxy calls, with every library of it, from this machine's own packages. */
async function iptablesLayer(): Promise<Layer> {
  const libraries = LIBRARIES[process.arch]
  if (!libraries) throw new Error(`no node image is made for ${process.arch}`)
  const extensions = readdirSync(join(libraries, 'xtables')).map((name) => join(libraries, 'xtables', name))
  const programs = ['/usr/sbin/xtables-nft-multi', '/usr/sbin/nft']
  const linked = await run('ldd', [...programs, ...extensions])
  const needed = new Set([...linked.matchAll(/(\/lib\S+) \(0x/g)].map(([, path]) => path ?? ''))
  const files = [...programs, ...extensions, ...needed].sort()
  const links = ['iptables', 'ip6tables'].flatMap((name) => ['', '-save', '-restore'].map((suffix) => name + suffix))
  const members: readonly Member[] = [
    { type: 'folder', name: 'run', mode: 0o755 },
    ...files.map((file): Member => ({ type: 'file', name: file.slice(1), mode: 0o755, content: { file } })),
    ...links.map((name): Member => ({ type: 'link', name: `usr/sbin/${name}`, target: 'xtables-nft-multi' })),
  ]
  return cachedLayer('layer-iptables', [...files.map(fileMark), links.join()], (tar) => writeTar(tar, members))
}
