import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { NODE_BY_WATCHDOG } from './parts/cluster-kinds.ts'
import { pathInContainer } from './parts/disk-keys.ts'
import { unwellEffect } from './parts/held-effect.ts'
import { unitKey } from './parts/node-keys.ts'
import { quoted, scriptEffect } from './parts/script.ts'

/** These are no units but static pods of the kubelet. */
const CONTROL_PLANE: readonly string[] = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd']

const parameters = z.lazy(() =>
  z
    .strictObject({
      service: unitKey().describe(
        `A unit of the node's service manager, such as kubelet or containerd, or a part of the control plane: ${CONTROL_PLANE.join(', ')}. No default.`,
      ),
      'manifest-folder': pathInContainer()
        .default('/etc/kubernetes/manifests')
        .describe('Where the manifests of static pods lie on the node. Default: /etc/kubernetes/manifests.'),
    })
    .transform((given) => ({ service: given.service, manifestFolder: given['manifest-folder'] })),
)

/** Stops a service of a node, or a part of the control plane that runs there. */
export const serviceStop = defineClusterFault<z.infer<typeof parameters>>({
  type: 'service-stop',
  group: 'node',
  summary: 'Stops a service of a node: the kubelet, the container runtime, or a part of the control plane.',
  notes: {
    mechanism:
      'The daemon stops the unit; of a part of the control plane it moves the manifest aside, and the kubelet ends the static pod.',
    proof:
      'The service ran before and is stopped under the fault, as the node itself says: of a part of the control plane, no process has its name. No tolerance.',
    ends: 'A watchdog on the node in a control group of its own starts the unit, or puts the manifest back, at the deadline.',
    example: '{type: service-stop, target: {workload: web, mode: one}, service: kubelet}',
  },
  parameters,
  searchable: {},
  defaultMode: 'one',
  cluster: {
    ...NODE_BY_WATCHDOG,
    recipe: ({ service, manifestFolder }) => {
      const isStatic = CONTROL_PLANE.includes(service)
      const unit = isStatic ? undefined : service
      const manifest = isStatic ? `${manifestFolder.replace(/\/+$/, '')}/${service}.yaml` : undefined
      return {
        actor: 'daemon',
        ways: [
          {
            mechanism: isStatic ? 'static pod manifest moved aside' : 'unit stopped',
            actions: [{ do: 'node-service-stop', unit, manifest }],
          },
        ],
        probe: isStatic
          ? { probe: 'script', container: undefined, command: absenceOf(service) }
          : { probe: 'node', unit: service, device: undefined },
      }
    },
    effect: ({ service }, targets) =>
      CONTROL_PLANE.includes(service)
        ? scriptEffect(targets)
        : unwellEffect(targets, { well: 'running', ill: 'stopped' }),
  },
  describe: ({ service }) => service,
})

/** What the kernel keeps of a process's name. */
const NAME_CHARACTERS = 15

/** Ends with 0 where no process of the node has this name; in nothing but shell words, which every node has. */
function absenceOf(service: string): string {
  const name = quoted(service.slice(0, NAME_CHARACTERS))
  return `for file in /proc/[0-9]*/comm; do read -r name 2>/dev/null < "$file" && [ "$name" = ${name} ] && exit 1; done; exit 0`
}
