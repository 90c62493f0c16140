import { dirname, join } from 'node:path'
import { openLineFile } from '../../../src/kit/line-file.ts'
import { createKindCluster } from '../../../src/platform/kubernetes/kind/create-kind-cluster.ts'
import type { KindTool } from '../../../src/platform/kubernetes/kind/kind-command.ts'

/** Makes a cluster as a run would, in a process that a test kills. Its word: the ledger's path, the cluster and how to call kind. */
interface Words {
  readonly lab: string
  readonly name: string
  readonly image: string
  readonly tool: KindTool
}

const { lab, name, image, tool } = JSON.parse(process.argv[2] ?? '') as Words
const file = openLineFile(lab)
const folder = join(dirname(lab), 'work')
await createKindCluster({
  name,
  image,
  tool,
  folder,
  logFolder: folder,
  config: process.env.CONFIG,
  waitMs: 120_000,
  signal: new AbortController().signal,
  emit: () => undefined,
  ledger: { write: (entry) => file.append(entry) },
})
