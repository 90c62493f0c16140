import { describe, expect, it } from 'vitest'
import { mountOf, parseMounts, pathOnHost, upperFolder } from '../../../src/daemon/groups/mounts.ts'

/** After proc_pid_mountinfo(5), containerd and the kubelet. */
const INSIDE = `610 500 0:55 / / rw,relatime master:200 - overlay overlay rw,lowerdir=/l/9:/l/8,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs,workdir=/w
611 610 0:60 / /proc rw - proc proc rw
612 610 8:1 /var/lib/kubelet/pods/U/volumes/kubernetes.io~empty-dir/data /data rw,relatime - ext4 /dev/sda1 rw
613 610 0:71 / /cache rw - tmpfs tmpfs rw,size=1024k
614 612 253:3 / /data/big\\040one rw - xfs /dev/mapper/vg-big rw
`
const HOST = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:20 / /proc rw - proc proc rw
24 22 253:3 / /var/lib/kubelet/plugins/csi/vol rw - xfs /dev/mapper/vg-big rw
`

const inside = parseMounts(INSIDE)
const host = parseMounts(HOST)

describe('mounts', () => {
  it('finds the deepest above a path', () => {
    const device = (path: string) => mountOf(inside, path)?.device
    expect(device('/srv/app')).toBe('0:55')
    expect(device('/data')).toBe('8:1')
    expect(device('/database')).toBe('0:55')
    expect(device('/data/x')).toBe('8:1')
    expect(device('/data/big one/x')).toBe('253:3')
  })

  it('takes of two on the same place the one on top', () => {
    const twice = parseMounts(`${INSIDE}615 613 8:9 / /cache rw - ext4 /dev/sdb rw\n`)
    expect(mountOf(twice, '/cache/x')?.device).toBe('8:9')
  })

  it('knows the folder under an overlay', () => {
    const [root, proc] = inside
    expect(root && upperFolder(root)).toBe('/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs')
    expect(proc && upperFolder(proc)).toBeUndefined()
  })

  it('finds the same folder on the host', () => {
    expect(pathOnHost('/data/deep', inside, host)).toBe(
      '/var/lib/kubelet/pods/U/volumes/kubernetes.io~empty-dir/data/deep',
    )
    expect(pathOnHost('/data/big one/x', inside, host)).toBe('/var/lib/kubelet/plugins/csi/vol/x')
    expect(pathOnHost('/srv', inside, host)).toBe(
      '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs/srv',
    )
    expect(pathOnHost('/cache', inside, host)).toBeUndefined()
  })

  it('leaves out what is no mount', () => {
    expect(parseMounts('nonsense\n1 2 3\n\n')).toEqual([])
  })
})
