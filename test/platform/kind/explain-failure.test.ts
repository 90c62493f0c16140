import { describe, expect, it } from 'vitest'
import { explainKindFailure } from '../../../src/platform/kubernetes/kind/explain-failure.ts'

const CREATE = ['create', 'cluster', '--name', 'shop']
const CGROUP_V1 =
  'cgroup v1 is deprecated in Kubernetes and will not be supported in a future kind release, please upgrade to cgroup v2\n'
const DOCKER_PS = `command "docker ps -a --filter label=io.x-k8s.kind.cluster=shop --format '{{.Names}}'" failed with error: exit status 1`
const NO_DAEMON = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
const DOCKER_RUN =
  'failed to create cluster: command "docker run --name shop-control-plane" failed with error: exit status 125\nCommand Output: 3f2a\ndocker: Error response from daemon: driver failed programming external connectivity on endpoint shop-control-plane (ab12):'

/** What kind v0.33.0 wrote, after `ERROR: `, with Docker 20.10 or 28; and what must be said of it. */
const SEEN: readonly (readonly [string, string, string, string])[] = [
  [
    'no docker in PATH',
    `failed to create cluster: failed to get docker info: command "docker info --format '{{json .}}'" failed with error: exec: "docker": executable file not found in $PATH`,
    'docker is not in PATH',
    'Install Docker',
  ],
  [
    'no daemon, CLI 28',
    `failed to create cluster: failed to get docker info: command "docker info --format '{{json .}}'" failed with error: exit status 1\nCommand Output: {"ID":"","ServerErrors":["${NO_DAEMON}"]}\n${NO_DAEMON}`,
    'the Docker daemon does not answer at unix:///var/run/docker.sock',
    'DOCKER_HOST',
  ],
  [
    'no daemon, CLI 20.10',
    `failed to create cluster: failed to list nodes: ${DOCKER_PS}\nCommand Output: ${NO_DAEMON}`,
    'the Docker daemon does not answer at unix:///var/run/docker.sock',
    'systemctl start docker',
  ],
  [
    'no daemon, delete',
    `failed to delete cluster "x": error listing nodes: failed to list nodes: ${DOCKER_PS}\nCommand Output: ${NO_DAEMON}`,
    'the Docker daemon does not answer at',
    'DOCKER_HOST',
  ],
  [
    'image missing',
    'failed to create cluster: failed to pull image "local/absent:1": command "docker pull local/absent:1" failed with error: exit status 1\nCommand Output: Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    'the node image local/absent:1 is not here and cannot be pulled: Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp',
    'docker pull local/absent:1',
  ],
  [
    'name exists',
    'failed to create cluster: node(s) already exist for a cluster with the name "kind"',
    'there is already a kind cluster named kind',
    '`kind delete cluster --name kind`',
  ],
  [
    'bad name',
    "failed to create cluster: 'Bad_Name' is not a valid cluster name, cluster names must match `^[a-z0-9.-]+$`",
    '"Bad_Name" is not a name for a kind cluster',
    'small letters',
  ],
  [
    'unknown key',
    'failed to create cluster: unable to decode config: yaml: unmarshal errors:\n  line 3: field bogus not found in type v1alpha4.Cluster',
    'the configuration of kind is not valid: line 3: field bogus not found in type v1alpha4.Cluster',
    'configuration',
  ],
  [
    'not YAML',
    'failed to create cluster: could not determine kind / apiVersion for config: yaml: did not find expected key',
    'the configuration of kind is not valid: yaml: did not find expected key',
    'apiVersion: kind.x-k8s.io/v1alpha4',
  ],
  [
    'unknown apiVersion',
    'failed to create cluster: unknown apiVersion: kind.x-k8s.io/v1alpha9',
    'kind.x-k8s.io/v1alpha9 is unknown',
    'v1alpha4',
  ],
  [
    'config file missing',
    'failed to create cluster: error reading file: open /tmp/no.yaml: no such file or directory',
    'the configuration /tmp/no.yaml is not there',
    'Correct its path',
  ],
  [
    'no control plane',
    'failed to create cluster: must have at least one control-plane node',
    'must have at least one control-plane node',
    'control-plane',
  ],
  [
    'bad port',
    'failed to create cluster: invalid configuration for node 0: invalid hostPort: invalid port number: 99999',
    'invalid configuration for node 0: invalid hostPort: invalid port number: 99999',
    'Correct that node',
  ],
  [
    'port taken by a container',
    `${DOCKER_RUN} Bind for 127.0.0.1:36597 failed: port is already allocated.`,
    '127.0.0.1:36597 is taken by another container',
    'hostPort',
  ],
  [
    'port taken by a process',
    `${DOCKER_RUN} Error starting userland proxy: listen tcp4 127.0.0.1:18080: bind: address already in use.`,
    '127.0.0.1:18080 is taken by a program of this machine',
    'Free that port',
  ],
  [
    'no node image',
    'failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"',
    'the node never came up',
    'kindest/node',
  ],
  [
    'kubeadm',
    'failed to create cluster: failed to init node with kubeadm: command "docker exec --privileged shop-control-plane kubeadm init" failed with error: exit status 1\nCommand Output: I0101 initconfiguration.go\n[kubelet-check] waiting\nerror execution phase wait-control-plane: failed while waiting for the control plane to start\nTo see the stack trace of this error execute with --v=5 or higher',
    'Kubernetes did not start in the node: error execution phase wait-control-plane: failed while waiting for the control plane to start',
    'kubelet.log',
  ],
  ['bad flag', 'unknown flag: --nope', 'unknown flag: --nope', '--kind-binary'],
  [
    'bad duration',
    'invalid argument "abc" for "--wait" flag: time: invalid duration "abc"',
    'invalid argument "abc" for "--wait" flag',
    '--kind-binary',
  ],
  [
    'kubeconfig of an unknown name',
    "could not locate any control plane nodes for cluster named 'nope'. Use the --name option to select a different cluster",
    'there is no kind cluster named nope',
    'kind get clusters',
  ],
  [
    'image not local',
    'image: "absent:1" not present locally',
    'the image absent:1 is not on this machine',
    'docker pull absent:1',
  ],
  [
    'no cluster to load into',
    'no nodes found for cluster "nope"',
    'there is no kind cluster named nope',
    'kind get clusters',
  ],
  [
    'no archive',
    'stat /tmp/x.tar: no such file or directory',
    'the image archive /tmp/x.tar is not there',
    'docker save',
  ],
  [
    'node that cannot be ended',
    'failed to delete nodes: command "docker rm -f -v shop-control-plane" failed with error: exit status 1\nCommand Output: Error response from daemon: Could not kill running container ab12, cannot remove - tried to kill container, but did not receive an exit event',
    'the container engine could not end a node',
    'Try again',
  ],
]

describe('explainKindFailure', () => {
  it.each(SEEN)('%s', (_, said, message, remedy) => {
    const explained = explainKindFailure(CREATE, `${CGROUP_V1}ERROR: ${said}\n`)
    expect(explained.message).toContain(message)
    expect(explained.remedy).toContain(remedy)
    expect(explained.message).not.toContain('kind create cluster')
  })

  it('shows the last lines of kind for what it does not know, without anything that a terminal obeys', () => {
    const output = `${CGROUP_V1} ✗ Preparing nodes\nERROR: failed to create cluster: \u001b[31msomething new\u0007\n\nmore\n`
    const { message, remedy } = explainKindFailure(CREATE, output)
    expect(message).toBe('kind create cluster --name shop failed: failed to create cluster: something new  / more')
    expect(remedy).toContain('by hand')
    expect(explainKindFailure(CREATE, '').message).toMatch(/printed nothing$/)
    expect(explainKindFailure(CREATE, `ERROR: ${'x'.repeat(10_000)}`).message.length).toBeLessThan(700)
  })
})
