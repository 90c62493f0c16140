import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Mechanism } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refuseUnlessNode } from '../processes/container-of.ts'
import { keep, kept } from '../processes/kept.ts'
import { mustRun } from './host.ts'
import type { HostDoor } from './host-door.ts'

type Power = Extract<NodeAction, { readonly do: 'node-power' }>

const powerSchema = z.strictObject({ boot: z.string() })

/**
 * Reboots the node, or shuts it down, without ending its services in their order, which a failed power supply does not do
 * either. Written down first: a daemon that finds this in its journal after the boot must not
 * do it again, and for ever. A node that was shut down is for whoever runs it to start.
 */
export function nodePower(host: HostDoor): Mechanism<Power> {
  return {
    do: 'node-power',
    expires: 'nothing-to-end',
    refuse: (_action, pod) => refuseUnlessNode(pod),
    apply: async ({ how }, _pod, { folder }) => {
      if (await kept(folder, 'power', powerSchema)) return
      const boot = readFileSync(join(host.root, 'proc/sys/kernel/random/boot_id'), 'utf8').trim()
      await keep(folder, 'power', { boot })
      await mustRun(host.run, ['systemctl', '--force', how === 'reboot' ? 'reboot' : 'poweroff'])
    },
    undo: async () => undefined,
    leftovers: async () => [],
  }
}
