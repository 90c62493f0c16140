import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../../src/kit/exec.ts'
import { cached, textOf } from '../parts/cache.ts'
import { recipe } from '../places.ts'
import { run, SYSTEM_PATH, until } from '../tools.ts'
import { lastingImages } from './catalogue.ts'
import { answers, importArchive } from './containerd-calls.ts'
import { writeImages } from './image.ts'

/** A containerd root folder that holds the lasting images, unpacked. Made once by a containerd of its own, about 10 s. */
export async function seedStore(): Promise<string> {
  const images = await lastingImages()
  const folder = await cached(
    'store',
    [JSON.stringify(images), textOf(recipe('images/seed-store.ts'))],
    async (into) => {
      const archive = join(into, 'images.tar')
      await writeImages(archive, images)
      await fill(join(into, 'root'), join(into, 'state'), archive)
      rmSync(archive)
      rmSync(join(into, 'state'), { recursive: true })
    },
  )
  return join(folder, 'root')
}

/**
 * A node's own copy of the store. Files are linked where they can be: containerd and overlayfs never write into blobs or
 * unpacked layers, they only remove names. Its databases are written to, so they are copied.
 */
export async function copyStore(seed: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true })
  const sameDisk = statSync(seed).dev === statSync(to).dev
  await run('cp', ['-a', ...(sameDisk ? ['--link'] : []), `${seed}/.`, to])
  for (const file of databasesOf(seed))
    await run('cp', ['-a', '--remove-destination', join(seed, file), join(to, file)])
}

function databasesOf(root: string): readonly string[] {
  return readdirSync(root).flatMap((plugin) =>
    readdirSync(join(root, plugin))
      .filter((name) => name.endsWith('.db'))
      .map((name) => join(plugin, name)),
  )
}

/** Fills a containerd root folder from an archive, in a mount namespace of its own: whatever is mounted meanwhile goes with it. */
export async function fill(root: string, state: string, archive: string): Promise<void> {
  mkdirSync(state)
  const socket = join(state, 'containerd.sock')
  const config = join(state, 'config.toml')
  writeFileSync(config, seedConfig(root, state, socket))
  const log = openSync(join(state, 'log'), 'a')
  const inside = ['--mount', '--propagation', 'private', '--', 'containerd', '--config', config]
  const containerd = start('unshare', inside, { stdio: ['ignore', log, log], env: { PATH: SYSTEM_PATH } })
  const ended = new Promise((resolve) => containerd.once('exit', resolve))
  try {
    await until('containerd for the image store', () => answers(socket))
    await importArchive(socket, archive)
  } finally {
    containerd.kill('SIGTERM')
    await ended
    closeSync(log)
  }
}

function seedConfig(root: string, state: string, socket: string): string {
  return `version = 2
root = "${root}"
state = "${state}"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.native", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${state}/opt"
`
}
