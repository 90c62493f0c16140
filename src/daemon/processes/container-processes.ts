import { readFile } from 'node:fs/promises'
import { findContainers } from './find-containers.ts'
import { type ContainerProcess, namespaceOf } from './survey.ts'

/**
 * The processes of a container now, without those that this daemon put into its control group: they are in the daemon's own
 * process namespace, where those of a pod are only when it shares the host's. The first process of it comes first.
 */
export function processesOf(containerId: string): readonly ContainerProcess[] {
  const found = findContainers('/proc', [containerId]).get(containerId)
  if (!found) return []
  const own = namespaceOf('/proc', 'self', 'pid')
  const shared = namespaceOf('/proc', found.main.pid, 'pid') === own
  const its = found.processes.filter(({ pid }) => shared || namespaceOf('/proc', pid, 'pid') !== own)
  return its.toSorted((a, b) => Number(b.pid === found.main.pid) - Number(a.pid === found.main.pid))
}

/**
 * Those whose name is `pattern`, or whose command line contains it. The kernel keeps 15 bytes of a name, and that of a Node
 * process is `MainThread`: the command line is what users know.
 */
export async function matching(
  processes: readonly ContainerProcess[],
  pattern: string,
): Promise<readonly ContainerProcess[]> {
  const matches = await Promise.all(
    processes.map(async ({ pid }) => {
      const { name, commandLine } = await commandOf(pid)
      return name === pattern || commandLine.includes(pattern)
    }),
  )
  return processes.filter((_, index) => matches[index])
}

async function commandOf(pid: number): Promise<{ readonly name: string; readonly commandLine: string }> {
  const [name, words] = await Promise.all([readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''), argumentsOf(pid)])
  return { name: name.trimEnd(), commandLine: words.join(' ') }
}

/** The words of a process's command line; empty when it is gone. */
export async function argumentsOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.replace(/\0$/, '').split('\0')
}
