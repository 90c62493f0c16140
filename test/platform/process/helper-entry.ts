import { runInternal } from '../../../src/entry/internal.ts'

/** What `seaworthy internal …` is for a run of the tests. */
await runInternal(process.argv.slice(2))
