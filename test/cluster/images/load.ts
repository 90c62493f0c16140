import { join } from 'node:path'
import { SeaworthyError } from '../../../src/kit/errors.ts'
import { isAlive } from '../../../src/kit/process-identity.ts'
import { containerdSocket } from '../node/config.ts'
import { inScratch } from '../parts/scratch.ts'
import { readRecord } from '../record.ts'
import type { Shape } from '../shape.ts'
import { writeOwnImages } from './catalogue.ts'
import { importArchive } from './containerd-calls.ts'

/** Loads an archive into both nodes. New pods get it, also under a name that was there before. */
export async function loadArchive(shape: Shape, archive: string): Promise<void> {
  const record = readRecord(shape)
  const inits = shape.nodes.map((node) => record?.nodes[node.name]?.init)
  await Promise.all(
    inits.map((init) => {
      if (!init || !isAlive(init)) {
        throw new SeaworthyError('PLATFORM', `cluster ${shape.number} is not up`, { remedy: 'Run npm run cluster:up.' })
      }
      return importArchive(containerdSocket(init.pid), archive)
    }),
  )
}

/** Builds the product's image and the shop's from the project's files as they are now, and loads them into both nodes. */
export function loadOwnImages(shape: Shape): Promise<void> {
  return inScratch(async (scratch) => {
    const archive = join(scratch, 'images.tar')
    await writeOwnImages(archive)
    await loadArchive(shape, archive).catch(async () => {
      // A cluster that was up before the layers below them changed does not have those.
      await writeOwnImages(archive, 'whole')
      await loadArchive(shape, archive)
    })
  })
}
