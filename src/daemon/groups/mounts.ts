/** One line of `/proc/PID/mountinfo`. */
export interface Mount {
  /** `MAJOR:MINOR` of what is mounted; the major number 0 is no block device. */
  readonly device: string
  /** Which folder of that file system is mounted. */
  readonly root: string
  readonly point: string
  readonly type: string
  readonly source: string
  readonly superOptions: string
}

/** Reads `/proc/PID/mountinfo` (proc_pid_mountinfo(5)); spaces and the like are written in octal there. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [head = '', tail] = line.split(' - ')
    const [, , device, root, point] = head.split(' ')
    const [type = '', source = '', superOptions = ''] = tail?.split(' ') ?? []
    if (device === undefined || root === undefined || point === undefined || tail === undefined) return []
    return [{ device, root: plain(root), point: plain(point), type, source: plain(source), superOptions }]
  })
}

/** The mount that a path lies on: of those above it the deepest, and of equals the last, which lies on top. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ point }) => isWithin(path, point))
    .reduce<Mount | undefined>((best, each) => (best && best.point.length > each.point.length ? best : each), undefined)
}

/** Where a container's own layer lies on the host, for a root that is an overlay (Linux: overlayfs, `upperdir`). */
export function upperFolder(mount: Mount): string | undefined {
  if (mount.type !== 'overlay') return undefined
  const option = mount.superOptions.split(',').find((each) => each.startsWith('upperdir='))
  return option === undefined ? undefined : plain(option.slice('upperdir='.length))
}

/**
 * The same folder by the host's own mounts: it can be reached there when the container is gone. Undefined when the host has
 * not mounted that part of it.
 */
export function pathOnHost(path: string, inside: readonly Mount[], host: readonly Mount[]): string | undefined {
  const mount = mountOf(inside, path)
  if (!mount) return undefined
  const upper = upperFolder(mount)
  const below = path.slice(mount.point === '/' ? 0 : mount.point.length)
  if (upper !== undefined) return joined(upper, below)
  const within = joined(mount.root, below)
  const its = host.find((each) => each.device === mount.device && isWithin(within, each.root))
  return its && joined(its.point, within.slice(its.root === '/' ? 0 : its.root.length))
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

function joined(folder: string, rest: string): string {
  return `${folder === '/' ? '' : folder}${rest}`.replace(/\/$/, '') || '/'
}

function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
