import { seedStore } from '../images/seed-store.ts'
import { ensurePackages } from './packages.ts'
import { kubernetesPrograms, pauseProgram } from './programs.ts'

/** All that a cluster is made of, on this machine's disk. */
export interface Parts {
  /** The folder with Kubernetes' programs. */
  readonly programs: string
  readonly init: string
  /** A containerd root folder with the lasting images. */
  readonly store: string
}

/** Installs, builds or finds everything that a cluster is made of. */
export async function prepareParts(): Promise<Parts> {
  await ensurePackages()
  return { programs: await kubernetesPrograms(), init: await pauseProgram(), store: await seedStore() }
}
