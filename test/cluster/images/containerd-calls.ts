import { run } from '../tools.ts'

/** Loads an archive into the store behind `socket`, where the kubelet looks for images. Throws `PLATFORM` when it is not taken. */
export async function importArchive(socket: string, archive: string): Promise<void> {
  await run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive])
}

/** Whether a containerd answers there. */
export async function answers(socket: string): Promise<true | undefined> {
  try {
    await run('ctr', ['--address', socket, '--connect-timeout', '1s', 'version'])
    return true
  } catch {
    return undefined
  }
}
