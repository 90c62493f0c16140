import { basename, join, resolve } from 'node:path'
import { findServices } from './init/find-services.ts'
import { findWorkloads } from './init/find-workloads.ts'
import { kubernetesSuite, processSuite } from './init/first-suite.ts'
import { nameFrom } from './init/quote.ts'
import { documentsOf, membersOf, readSmall } from './init/read-small.ts'

export interface FirstSuite {
  /** The text of a `seaworthy.yaml` that is valid as it stands. */
  readonly text: string
  /** What it was made from and what a person should look at, one sentence each. */
  readonly notes: readonly string[]
}

/**
 * A first suite for the project in a folder, from its Procfile, package.json, compose file or Kubernetes manifests.
 * Only reads; names found there are hostile and are quoted. Where nothing is found the suite starts `npm start`.
 */
export async function initSuite(folder: string): Promise<FirstSuite> {
  const [{ services, notes }, workloads, name] = await Promise.all([
    findServices(folder),
    findWorkloads(folder),
    projectName(folder),
  ])
  const found = workloads.workloads.length
  if (services.length > 0) {
    const manifests =
      found > 0
        ? [
            `There are also ${found} Kubernetes workloads in ${workloads.manifests.join(', ')}; use namespace and workloads in place of services to test them.`,
          ]
        : []
    return {
      text: processSuite(name, services),
      notes: [...notes, ...manifests, 'Set traffic.http.url to a page that matters to users.'],
    }
  }
  if (found > 0) {
    return {
      text: kubernetesSuite(name, workloads),
      notes: [
        ...notes,
        `Workloads are from ${workloads.manifests.join(', ')}.`,
        'Set PREVIEW_NAMESPACE, and traffic.http.url to the Service that users come through.',
      ],
    }
  }
  const guess = { name: 'web', command: 'npm start', uses: [], listens: true }
  return {
    text: processSuite(name, [guess]),
    notes: [...notes, 'Nothing says how this project starts: replace the command of the service web.'],
  }
}

async function projectName(folder: string): Promise<string> {
  const { name } = membersOf(documentsOf((await readSmall(join(folder, 'package.json'))) ?? '')[0])
  return nameFrom(typeof name === 'string' ? name : basename(resolve(folder)), 'my-service')
}
