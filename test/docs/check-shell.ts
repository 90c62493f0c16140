import { CommanderError } from 'commander'
import { commandLine } from '../../src/entry/program.ts'
import { exec } from '../../src/kit/exec.ts'

const SILENT = { writeOut: () => undefined, writeErr: () => undefined }

/** What is wrong with a shell snippet: its syntax by bash, and each command line of Seaworthy by the parser of its own. */
export async function mistakesInShell(text: string): Promise<readonly string[]> {
  const { exitCode, stderr } = await exec('bash', ['-n'], { input: text })
  const syntax = exitCode === 0 ? [] : [stderr.trim()]
  const lines = await Promise.all(seaworthyLines(text).map((words) => mistakeInWords(words)))
  return [...syntax, ...lines.flatMap((mistake) => mistake ?? [])]
}

/** The words behind `seaworthy` or `npx seaworthy`, wherever a command can begin. */
export function seaworthyLines(text: string): readonly (readonly string[])[] {
  const plain = text.replaceAll(/\\\n/g, ' ')
  const found = plain.matchAll(
    /(?:^|[|&;(])[ \t]*(?:[A-Z_]+=\S+ +)*(?:npx +|sudo +)*seaworthy(?<rest>(?: (?:"[^"]*"|'[^']*'|[^"'|&;#)\n])*)?)/gm,
  )
  return [...found].map(({ groups }) =>
    [...(groups?.rest ?? '').matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)]
      .map(([word]) => word.replaceAll(/["']/g, ''))
      .filter((word) => !/^\d*[<>]/.test(word)),
  )
}

/** What the real parser says against these words; undefined when they are a command that could run. Nothing is run. */
export async function mistakeInWords(words: readonly string[]): Promise<string | undefined> {
  const argv = ['node', 'seaworthy', ...words]
  const program = commandLine(argv)
  for (const command of [program, ...program.commands]) command.configureOutput(SILENT)
  for (const command of program.commands) command.action(() => undefined)
  try {
    await program.parseAsync(argv)
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? undefined : `seaworthy ${words.join(' ')}: ${error.message}`
  }
}
