import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached, textOf } from '../parts/cache.ts'
import { go, goBuild, goModule, inModule, kubernetesModule, versionFlags } from '../parts/programs.ts'
import { KUBERNETES } from '../parts/versions.ts'
import { recipe } from '../places.ts'
import { run } from '../tools.ts'

export const KIND = 'v0.33.0'
const ETCD = 'v3.6.5'

/** The path of kind, built from its released source. Half a minute when nothing is cached. */
export async function kindProgram(): Promise<string> {
  const folder = await cached('kind', [KIND], async (into) => {
    await run('go', ['install', '-trimpath', '-ldflags', '-s -w', `sigs.k8s.io/kind@${KIND}`], {
      env: { CGO_ENABLED: '0', GOBIN: into },
    })
  })
  return join(folder, 'kind')
}

/** kind's own files for a node: its entrypoint, units and containerd configuration. They are read from its Go module and never kept. */
export async function kindNodeFiles(): Promise<string> {
  const download = await go(tmpdir(), ['mod', 'download', '-json', `sigs.k8s.io/kind@${KIND}`])
  const { Dir } = JSON.parse(download) as { readonly Dir: string }
  return join(Dir, 'images/base/files')
}

/** The path of kubeadm, of the same Kubernetes as the other programs. */
export async function kubeadmProgram(): Promise<string> {
  // Any main that names the module will do: the program itself is named when it is built.
  const main = recipe('parts/go/kube/main.go')
  const folder = await cached('kubeadm', [KUBERNETES], (into) =>
    inModule(main, kubernetesModule, (module) =>
      goBuild(module, join(into, 'kubeadm'), 'k8s.io/kubernetes/cmd/kubeadm', versionFlags()),
    ),
  )
  return join(folder, 'kubeadm')
}

/** The path of etcd: Debian's is older than what kubeadm's command line is for. */
export async function etcdProgram(): Promise<string> {
  const main = recipe('kind/etcd/main.go')
  const folder = await cached('etcd', [ETCD, textOf(main)], (into) =>
    inModule(
      main,
      () => goModule(`require go.etcd.io/etcd/server/v3 ${ETCD}`),
      (module) => goBuild(module, join(into, 'etcd'), '.'),
    ),
  )
  return join(folder, 'etcd')
}
