import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Layer, layerOf, writeImages } from '../images/image.ts'
import { cachedLayer } from '../images/layers.ts'
import { fill } from '../images/seed-store.ts'
import { cached, fileMark, textOf } from '../parts/cache.ts'
import { kubernetesPrograms } from '../parts/programs.ts'
import { DEBIAN, KUBERNETES } from '../parts/versions.ts'
import { recipe } from '../places.ts'
import { run } from '../tools.ts'
import { writeNodeImages } from './node-images.ts'
import { KIND, kindNodeFiles, kubeadmProgram } from './programs.ts'

export const NODE_IMAGE = `local/node:v1.${KUBERNETES}`

/** What kind's own image has of Debian, and curl for tests. */
const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'conntrack',
  'iptables',
  'nftables',
  'ipset',
  'iproute2',
  'ethtool',
  'util-linux',
  'mount',
  'kmod',
  'libseccomp2',
  'pigz',
  'e2fsprogs',
  'bash',
  'ca-certificates',
  'jq',
  'procps',
  'containerd',
  'runc',
  'containernetworking-plugins',
  'hostname',
  'curl',
]
/** What kind's image also takes away: a node in a container has no devices, disks and terminals of its own to wait for. */
const UNWANTED = [
  'usr/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service',
  'usr/lib/systemd/system/multi-user.target.wants/*',
  'etc/systemd/system/*.wants/*',
  'usr/lib/systemd/system/local-fs.target.wants/*',
  'usr/lib/systemd/system/sockets.target.wants/*udev*',
  'usr/lib/systemd/system/sockets.target.wants/*initctl*',
  'usr/lib/systemd/system/basic.target.wants/*',
  'var/lib/apt/lists/*',
  'var/cache/apt/*',
]
const UNPACKED = ['man', 'doc', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`)
const SERVICES = ['kubelet', 'containerd', 'undo-mount-hacks', 'pod-network']
const OWN_FILES = readdirSync(recipe('kind/node')).map((name) => recipe(`kind/node/${name}`))

/** The archive of the node image for `docker load`: about a gigabyte, made once in about a minute. */
export async function nodeImageArchive(): Promise<string> {
  const folder = await cached('kind-node', await nodeSources(), async (into) => {
    const tar = join(into, 'node.tar')
    await writeNodeLayer(into, tar)
    const layers: readonly Layer[] = [await debianLayer(), await layerOf(tar)]
    await writeImages(join(into, 'image.tar'), [
      {
        name: NODE_IMAGE,
        layers,
        entrypoint: ['/usr/local/bin/entrypoint', '/sbin/init'],
        env: { container: 'docker' },
        // What systemd takes for an orderly end.
        stopSignal: 'SIGRTMIN+3',
      },
    ])
    rmSync(tar)
  })
  return join(folder, 'image.tar')
}

async function nodeSources(): Promise<readonly string[]> {
  const programs = [join(await kubernetesPrograms(), 'kube'), await kubeadmProgram()]
  const recipes = ['kind/node-image.ts', 'kind/node-images.ts'].map((file) => textOf(recipe(file)))
  return [KIND, KUBERNETES, DEBIAN, ...programs.map(fileMark), ...recipes, ...OWN_FILES.map(textOf)]
}

function debianLayer(): Promise<Layer> {
  const hook = `cd "$1" && rm -rf ${UNWANTED.join(' ')} && systemctl --root=. -q mask systemd-binfmt.service`
  const options = ['--mode=root', '--variant=minbase', ...UNPACKED, `--include=${PACKAGES.join(',')}`]
  return cachedLayer('kind-debian', [DEBIAN, ...options, hook], async (tar) => {
    await run('mmdebstrap', ['--quiet', ...options, `--customize-hook=${hook}`, DEBIAN, tar], {
      env: { SOURCE_DATE_EPOCH: '0' },
    })
  })
}

/** All that makes the Debian a node: Kubernetes, kind's files, and a containerd store with the images of a control plane. */
async function writeNodeLayer(scratch: string, tar: string): Promise<void> {
  const root = join(scratch, 'root')
  const images = join(scratch, 'images.tar')
  await writeNodeImages(images)
  mkdirSync(join(root, 'var/lib'), { recursive: true })
  await fill(join(root, 'var/lib/containerd'), join(scratch, 'state'), images)
  await copyKindFiles(root)
  await copyPrograms(root)
  await run('tar', ['-C', root, '--numeric-owner', '-cf', tar, '.'])
  for (const part of ['root', 'images.tar', 'state']) rmSync(join(scratch, part), { recursive: true })
}

async function copyPrograms(root: string): Promise<void> {
  const programs = await kubernetesPrograms()
  for (const folder of ['usr/bin', 'opt/cni']) mkdirSync(join(root, folder), { recursive: true })
  for (const name of ['kube', 'kubectl']) copyFileSync(join(programs, name), join(root, 'usr/bin', name))
  copyFileSync(await kubeadmProgram(), join(root, 'usr/bin/kubeadm'))
  symlinkSync('kube', join(root, 'usr/bin/kubelet'))
  symlinkSync('/usr/lib/cni', join(root, 'opt/cni/bin'))
  for (const name of ['containerd', 'ctr', 'containerd-shim-runc-v2'])
    symlinkSync(`/usr/bin/${name}`, join(root, 'usr/local/bin', name))
}

async function copyKindFiles(root: string): Promise<void> {
  const files = await kindNodeFiles()
  for (const folder of ['etc', 'kind', 'usr']) cpSync(join(files, folder), join(root, folder), { recursive: true })
  // Files of a Go module are read-only, and kind's image gives its programs the right to run.
  await run('chmod', ['-R', 'u+w,go-w,a+rX', join(root, 'etc'), join(root, 'kind'), join(root, 'usr')])
  for (const folder of ['kind/bin', 'usr/local/bin'])
    for (const name of readdirSync(join(root, folder))) await run('chmod', ['a+x', join(root, folder, name)])
  mkdirSync(join(root, 'usr/local/sbin'))
  install('crictl', join(root, 'usr/local/bin/crictl'), 0o755)
  install('pod-network', join(root, 'usr/local/bin/pod-network'), 0o755)
  install('runc-wrap', join(root, 'usr/local/sbin/runc'), 0o755)
  for (const folder of ['kind/manifests', 'etc/kubernetes/manifests', 'etc/cni/net.d'])
    mkdirSync(join(root, folder), { recursive: true })
  for (const name of ['default-cni.yaml', 'default-storage.yaml']) install(name, join(root, 'kind/manifests', name))
  writeFileSync(join(root, 'kind/version'), `v1.${KUBERNETES}`)
  const units = join(root, 'etc/systemd/system')
  install('pod-network.service', join(units, 'pod-network.service'))
  mkdirSync(join(units, 'multi-user.target.wants'))
  for (const name of SERVICES)
    symlinkSync(`/etc/systemd/system/${name}.service`, join(units, 'multi-user.target.wants', `${name}.service`))
  mkdirSync(join(root, 'etc/systemd/journald.conf.d'))
  writeFileSync(join(root, 'etc/systemd/journald.conf.d/node.conf'), '[Journal]\nReadKMsg=no\n')
  await adapt(root)
}

/** What this kind of machine needs otherwise than kind's files have it. */
async function adapt(root: string): Promise<void> {
  // No process may lower its chance of being ended for memory without the capability that the machine lacks.
  edit(join(root, 'etc/containerd/config.toml'), 'restrict_oom_score_adj = false', 'restrict_oom_score_adj = true')
  // kind takes this line for the end of systemd's start, and would run kubeadm in the middle of it.
  edit(join(root, 'usr/local/bin/entrypoint'), "log_info 'detected cgroup v1'", "log_info 'found cgroup v1'")
  const spec = JSON.parse(await run('ctr', ['oci', 'spec'])) as { readonly process: Readonly<Record<string, unknown>> }
  const { rlimits: _, ...process } = spec.process
  const hooks = { createContainer: [{ path: '/kind/bin/mount-product-files.sh' }] }
  writeFileSync(join(root, 'etc/containerd/cri-base.json'), JSON.stringify({ ...spec, process, hooks }))
}

function install(name: string, to: string, mode = 0o644): void {
  copyFileSync(recipe(`kind/node/${name}`), to)
  chmodSync(to, mode)
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} no longer holds ${from}`)
  writeFileSync(file, text.replace(from, to))
}
