import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PAUSE_IMAGE } from '../images/catalogue.ts'
import { recipe } from '../places.ts'
import type { NodeShape, Shape } from '../shape.ts'

/** The node's containerd, as a program outside of the node reaches it. */
export function containerdSocket(initPid: number): string {
  return `/proc/${initPid}/root/run/containerd/containerd.sock`
}

/** Writes the configuration of containerd, of the pod network and of the kubelet into the node's folder. */
export function writeNodeConfig(shape: Shape, node: NodeShape): void {
  mkdirSync(join(node.folder, 'cni'), { recursive: true })
  writeFileSync(join(node.folder, 'containerd.toml'), containerdConfig(node))
  writeFileSync(join(node.folder, 'cni/10-pods.conflist'), JSON.stringify(podNetwork(node)))
  // The kubelet reads JSON as YAML.
  writeFileSync(join(node.folder, 'kubelet.json'), JSON.stringify(kubeletConfig(shape, node)))
}

function containerdConfig(node: NodeShape): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.native", "io.containerd.snapshotter.v1.devmapper"]
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${node.folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "${recipe('parts/runc-wrap')}"
`
}

function podNetwork(node: NodeShape) {
  const ranges = [[{ subnet: node.podCidr }]]
  const ipam = { type: 'host-local', dataDir: '/var/lib/cni', ranges, routes: [{ dst: '0.0.0.0/0' }] }
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      { type: 'ptp', ipMasq: false, mtu: 1500, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}

function kubeletConfig(shape: Shape, node: NodeShape) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(shape.folder, 'pki/ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.cgroup}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: ['pods'],
    clusterDomain: 'cluster.local',
    clusterDNS: [shape.dnsService],
    // Pods with the node's own DNS get none: the machine's would lead outside.
    resolvConf: '',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    maxPods: 250,
    failSwapOn: false,
    // The machine is shared and says nothing about the node: no eviction, no collection of images.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
    nodeStatusUpdateFrequency: '2s',
    nodeStatusReportFrequency: '10s',
    serializeImagePulls: false,
    oomScoreAdj: 0,
  }
}
