/** What a command is given: its flags as raw strings, and its positional words. */
export interface Invocation {
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly json: boolean
  readonly words: readonly string[]
}
