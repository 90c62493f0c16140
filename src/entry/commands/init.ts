import { writeFile } from 'node:fs/promises'
import { SeaworthyError } from '../../kit/errors.ts'
import { initSuite } from '../../suite/init-suite.ts'
import type { Invocation } from '../invocation.ts'

export async function initCommand({ flags, words }: Invocation): Promise<number> {
  const { text, notes } = await initSuite(words[0] ?? '.')
  const output = flags.output ?? 'seaworthy.yaml'
  if (output === '-') {
    process.stdout.write(text)
    return 0
  }
  await writeFile(output, text, { flag: flags.force === 'true' ? 'w' : 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const remedy = cause.code === 'EEXIST' ? 'Use --force to replace it, or --output for another name.' : undefined
    throw new SeaworthyError('INPUT', `cannot write ${output}`, { cause, remedy })
  })
  process.stderr.write(
    `${[`Wrote ${output}.`, ...notes, `Next: seaworthy validate ${output}, then seaworthy plan ${output}.`].join('\n')}\n`,
  )
  return 0
}
