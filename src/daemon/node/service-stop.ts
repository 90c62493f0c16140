import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism, NodeContext } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refusePath } from '../disk/safe-folder.ts'
import { refuseUnlessNode } from '../processes/container-of.ts'
import { forget, keep, kept } from '../processes/kept.ts'
import { mustRun } from './host.ts'
import type { HostDoor } from './host-door.ts'
import { refuseUnit } from './unit-name.ts'

type Stop = Extract<NodeAction, { readonly do: 'node-service-stop' }>

const MANIFESTS = '/etc/kubernetes/manifests'
const stoppedSchema = z.strictObject({ unit: z.string().optional(), file: z.string().optional() })

/**
 * Stops a systemd unit, or takes a static pod's manifest away: renamed in its folder to a name with a dot in front, which
 * the kubelet does not read (one rename, so that the file is always whole and never lost).
 */
export function nodeServiceStop(host: HostDoor): Mechanism<Stop> {
  return {
    do: 'node-service-stop',
    expires: 'watchdog',
    refuse: (action, pod) => refuseUnlessNode(pod) ?? refuseStop(action),
    apply: async (action, _pod, context) => {
      if (action.unit !== undefined) return stopUnit(host, action.unit, context)
      return moveAside(host, manifestOf(action), context)
    },
    undo: async (_action, _pod, context) => {
      const stopped = await kept(context.folder, 'stopped', stoppedSchema)
      if (stopped?.unit !== undefined) await mustRun(host.run, ['systemctl', 'start', stopped.unit])
      if (stopped?.file !== undefined) await moveBack(host, stopped.file, context)
      await host.endWatchdog(context)
      await forget(context.folder, 'stopped')
    },
    leftovers: async (_action, _pod, context) => {
      const stopped = await kept(context.folder, 'stopped', stoppedSchema)
      const unit = stopped?.unit
      const idle = unit !== undefined && (await host.run(['systemctl', 'is-active', unit], 5_000)).exitCode !== 0
      const away = stopped?.file !== undefined && existsSync(join(host.root, asideOf(stopped.file, context.id)))
      return [
        ...(idle ? [`unit ${unit} is stopped`] : []),
        ...(away ? [`manifest ${asideOf(stopped.file ?? '', context.id)}`] : []),
        ...(await host.watchdogLeftovers(context)),
      ]
    },
  }
}

function refuseStop(action: Stop): string | undefined {
  if ((action.unit === undefined) === (action.manifest === undefined)) return 'either a unit or a manifest is stopped'
  return refuseUnit(action.unit) ?? (action.manifest === undefined ? undefined : refusePath(manifestOf(action)))
}

/** A name alone lies where kubeadm puts manifests. */
function manifestOf({ manifest = '' }: Stop): string {
  return isAbsolute(manifest) ? manifest : `${MANIFESTS}/${manifest}`
}

async function stopUnit(host: HostDoor, unit: string, context: NodeContext): Promise<void> {
  if (!(await kept(context.folder, 'stopped', stoppedSchema))) {
    const { stdout } = await host.run(['systemctl', 'is-active', unit], 5_000)
    if (stdout.trim() !== 'active') {
      const found = stdout.trim().slice(0, 40) || 'unknown'
      throw new SeaworthyError('ENGINE', `unit ${unit} is not active but ${found}`, { target: 'node' })
    }
    await keep(context.folder, 'stopped', { unit })
  }
  await host.startWatchdog(context, { place: 'host', script: 'systemctl start "$1"', words: [unit] })
  await mustRun(host.run, ['systemctl', 'stop', unit])
}

async function moveAside(host: HostDoor, file: string, context: NodeContext): Promise<void> {
  const aside = asideOf(file, context.id)
  const done = existsSync(join(host.root, aside))
  if (!done && !existsSync(join(host.root, file))) {
    throw new SeaworthyError('ENGINE', `there is no manifest ${file}`, { target: 'node' })
  }
  await keep(context.folder, 'stopped', { file })
  await host.startWatchdog(context, {
    place: 'host',
    script: '[ -e "$2" ] || mv -f "$1" "$2"',
    words: [aside, file],
  })
  if (!done) await rename(join(host.root, file), join(host.root, aside))
}

/** One that somebody put there meanwhile is newer than ours, and stays. */
async function moveBack(host: HostDoor, file: string, { id }: NodeContext): Promise<void> {
  const aside = join(host.root, asideOf(file, id))
  if (existsSync(aside) && !existsSync(join(host.root, file))) await rename(aside, join(host.root, file))
}

function asideOf(file: string, id: string): string {
  return join(dirname(file), `.sw-${id}-${basename(file)}`)
}
