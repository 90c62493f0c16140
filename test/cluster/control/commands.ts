import { join } from 'node:path'
import type { NodeShape, Shape } from '../shape.ts'
import { kubeconfigOf } from './pki.ts'

/** A long-lived program of the cluster, the node whose namespaces it runs in, and its whole command line. */
export interface Component {
  readonly name: string
  readonly node: 1 | 2
  readonly command: readonly [string, ...string[]]
}

/** Their usual 20 requests a second make a young cluster wait for seconds until all controllers have started. */
const UNTHROTTLED = ['--kube-api-qps=500', '--kube-api-burst=1000'] as const
const ETCD = 'http://127.0.0.1:2379'

/** On the run-time folder, which is in memory: no test waits for a disk that others keep busy. */
export function etcd(): Component {
  const options = [
    '--data-dir=/run/etcd',
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--initial-advertise-peer-urls=http://127.0.0.1:2380',
    '--initial-cluster=default=http://127.0.0.1:2380',
    '--max-wals=2',
    '--max-snapshots=2',
  ]
  return { name: 'etcd', node: 1, command: ['/usr/bin/etcd', ...options] }
}

export function apiServer(shape: Shape, programs: string): Component {
  const pki = (file: string) => join(shape.folder, 'pki', file)
  const options = [
    `--etcd-servers=${ETCD}`,
    `--service-cluster-ip-range=${shape.serviceCidr}`,
    '--secure-port=6443',
    `--advertise-address=${shape.link.node}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--token-auth-file=${pki('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki('accounts.pub')}`,
    `--service-account-signing-key-file=${pki('accounts.key')}`,
    '--allow-privileged=true',
    `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${pki('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki('front-proxy.crt')}`,
    `--proxy-client-key-file=${pki('front-proxy.key')}`,
  ]
  return { name: 'apiserver', node: 1, command: [join(programs, 'kube-apiserver'), ...options] }
}

export function controllerManager(shape: Shape, programs: string): Component {
  const pki = (file: string) => join(shape.folder, 'pki', file)
  const options = [
    `--kubeconfig=${kubeconfigOf(shape, 'controller-manager')}`,
    `--service-account-private-key-file=${pki('accounts.key')}`,
    `--root-ca-file=${pki('ca.crt')}`,
    `--cluster-signing-cert-file=${pki('ca.crt')}`,
    `--cluster-signing-key-file=${pki('ca.key')}`,
    '--use-service-account-credentials=true',
    '--allocate-node-cidrs=false',
    '--node-monitor-grace-period=16s',
    '--leader-elect=false',
    ...UNTHROTTLED,
  ]
  return { name: 'controller-manager', node: 1, command: [join(programs, 'kube-controller-manager'), ...options] }
}

export function scheduler(shape: Shape, programs: string): Component {
  const options = [`--kubeconfig=${kubeconfigOf(shape, 'scheduler')}`, '--leader-elect=false', ...UNTHROTTLED]
  return { name: 'scheduler', node: 1, command: [join(programs, 'kube-scheduler'), ...options] }
}

export function containerd(node: NodeShape): Component {
  const command = ['/usr/bin/containerd', '--config', join(node.folder, 'containerd.toml')] as const
  return { name: `containerd-${node.index}`, node: node.index, command }
}

export function kubelet(shape: Shape, node: NodeShape, programs: string): Component {
  const options = [
    `--config=${join(node.folder, 'kubelet.json')}`,
    `--kubeconfig=${kubeconfigOf(shape, node.name as 'node-1' | 'node-2')}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.ip}`,
  ]
  return { name: `kubelet-${node.index}`, node: node.index, command: [join(programs, 'kubelet'), ...options] }
}

/** The limits of connection tracking belong to the machine, so they are left as they are. */
export function proxy(shape: Shape, node: NodeShape, programs: string): Component {
  const options = [
    `--kubeconfig=${kubeconfigOf(shape, 'proxy')}`,
    '--proxy-mode=iptables',
    `--hostname-override=${node.name}`,
    `--cluster-cidr=${shape.podCidr}`,
    '--healthz-bind-address=0.0.0.0:10256',
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0',
    '--conntrack-tcp-timeout-close-wait=0',
  ]
  return { name: `proxy-${node.index}`, node: node.index, command: [join(programs, 'kube-proxy'), ...options] }
}
