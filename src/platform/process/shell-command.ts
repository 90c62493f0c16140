/** Operators, groups, substitutions and lines make a command a script, which the shell must stay for. */
const SCRIPT = /[;&|(){}`!\n]/
/** An assignment, or a word that means something only to the shell. */
const FOR_THE_SHELL =
  /^\s*([A-Za-z_]\w*=|(exec|exit|return|eval|command|trap|wait|read|alias|cd|export|set|unset|source|umask|ulimit|\.|:|#)(\s|$)|$)/

/**
 * The words that run a suite's command. A plain command takes the place of its shell, so that the process that is signalled,
 * counted and named is the service itself.
 */
export function shellCommand(command: string): readonly [string, ...string[]] {
  const plain = !SCRIPT.test(command) && !FOR_THE_SHELL.test(command)
  return ['/bin/sh', '-c', plain ? `exec ${command}` : command]
}
