import * as z from 'zod'
import { SeaworthyError } from '../../kit/errors.ts'
import type { Mechanism } from '../../model/cluster/mechanism.ts'
import type { NodeAction } from '../../model/cluster/node-action.ts'
import { refuseUnlessNode } from '../processes/container-of.ts'
import { forget, keep, kept } from '../processes/kept.ts'
import { mustRun } from './host.ts'
import type { HostDoor } from './host-door.ts'
import { refuseDevice } from './unit-name.ts'

type LinkDown = Extract<NodeAction, { readonly do: 'node-link-down' }>

const linkSchema = z.strictObject({
  device: z.string(),
  /** Words of `ip route replace` and `ip address replace` that bring back what goes with the link. */
  routes: z.array(z.string()),
  addresses: z.array(z.string()),
})
type Link = z.infer<typeof linkSchema>

/** First the interface and the number of addresses, then these, then the routes: each a line of words for `ip`. */
const UP = `device=$1 addresses=$2; shift 2
ip link set dev "$device" up
while [ "$#" -gt 0 ]; do
  if [ "$addresses" -gt 0 ]; then ip address replace $1 dev "$device"; else ip $1 dev "$device" 2>/dev/null; fi
  addresses=$((addresses - 1)); shift
done`

/**
 * The interface of the default route, or the one named, goes down. The kernel forgets its routes and its IPv6 addresses with
 * it: they are written down first, and a shell of the host brings all of it back. The node cannot reach the API server
 * meanwhile, and what needs it comes late; its daemon and this shell need nothing but the node.
 */
export function nodeLinkDown(host: HostDoor): Mechanism<LinkDown> {
  return {
    do: 'node-link-down',
    expires: 'watchdog',
    refuse: (action, pod) => refuseUnlessNode(pod) ?? refuseDevice(action.device),
    apply: async (action, _pod, context) => {
      const link = (await kept(context.folder, 'link', linkSchema)) ?? (await readLink(host, action.device))
      await keep(context.folder, 'link', link)
      await host.startWatchdog(context, { place: 'host', script: UP, words: upWords(link) })
      await mustRun(host.run, ['ip', 'link', 'set', 'dev', link.device, 'down'])
    },
    undo: async (_action, _pod, context) => {
      const link = await kept(context.folder, 'link', linkSchema)
      if (link) {
        await mustRun(host.run, ['sh', '-c', UP, 'sh', ...upWords(link)])
        if (!(await isUp(host, link.device))) {
          throw new SeaworthyError('ENGINE', `interface ${link.device} does not come up`, { target: 'node' })
        }
      }
      await host.endWatchdog(context)
      await forget(context.folder, 'link')
    },
    leftovers: async (_action, _pod, context) => {
      const link = await kept(context.folder, 'link', linkSchema)
      const down = link !== undefined && !(await isUp(host, link.device))
      return [...(down ? [`interface ${link.device} is down`] : []), ...(await host.watchdogLeftovers(context))]
    },
  }
}

function upWords({ device, routes, addresses }: Link): readonly string[] {
  return [device, String(addresses.length), ...addresses, ...routes]
}

async function readLink(host: HostDoor, asked: string | undefined): Promise<Link> {
  const device = asked ?? (await defaultDevice(host))
  const ip = async (...words: string[]) => mustRun(host.run, ['ip', ...words])
  // What the kernel makes by itself comes by itself; routes by way of a gateway need the others to be there first.
  const routes = async (family: string) =>
    linesOf(await ip(family, 'route', 'show', 'dev', device))
      .filter((line) => !/\bproto kernel\b/.test(line))
      .toSorted((a, b) => Number(/\bvia\b/.test(a)) - Number(/\bvia\b/.test(b)))
      .map((line) => `${family} route replace ${line.replace(/\b(?:linkdown|dead|expires \S+)\b/g, '').trim()}`)
  const addresses = linesOf(await ip('-6', '-o', 'address', 'show', 'dev', device, 'scope', 'global')).flatMap(
    (line) => /inet6 (\S+)/.exec(line)?.[1] ?? [],
  )
  return { device, routes: [...(await routes('-4')), ...(await routes('-6'))], addresses }
}

async function defaultDevice(host: HostDoor): Promise<string> {
  for (const family of ['-4', '-6']) {
    const device = /\bdev (\S+)/.exec(await mustRun(host.run, ['ip', family, 'route', 'show', 'default']))?.[1]
    if (device !== undefined && refuseDevice(device) === undefined) return device
  }
  throw new SeaworthyError('ENGINE', 'the node has no default route', { target: 'node', remedy: 'Name a device.' })
}

/** `state UP`, or `UNKNOWN` of those that cannot tell; the administrator's flag is what was set here. */
async function isUp(host: HostDoor, device: string): Promise<boolean> {
  const { exitCode, stdout } = await host.run(['ip', '-o', 'link', 'show', 'dev', device], 5_000)
  return exitCode === 0 && /<(?:[^>]*,)?UP(?:,[^>]*)?>/.test(stdout)
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}
