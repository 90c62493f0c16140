import { type Dirent, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What jobs below a home left on this machine: processes that know the folder, and files of ours outside the working copy. */
export function leftBehind(home: string): { readonly processes: readonly string[]; readonly files: readonly string[] } {
  return { processes: processesBelow(home).map(({ words }) => words), files: stateFiles(home) }
}

/** Processes with the folder in their environment, words or working folder; ended ones whose parent has not looked are none. */
export function processesBelow(folder: string): readonly { readonly pid: number; readonly words: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .flatMap((pid) => {
      const words = read(pid, 'cmdline')
      const about = [words, read(pid, 'environ'), workingFolder(pid)]
      return about.some((text) => text.includes(folder)) ? [{ pid, words: words.replaceAll('\0', ' ').trim() }] : []
    })
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

/** In a job's temporary folder and the machine's: ledgers, work folders, sockets. Node's compile cache is meant to stay. */
function stateFiles(home: string): readonly string[] {
  const jobs = join(home, '.cache', 'act')
  const temporary = [join(home, 'tmp'), ...namesIn(jobs).map((job) => join(jobs, job, 'tmp'))]
  const sockets = entriesBelow(home).filter((entry) => entry.isSocket() || entry.isFIFO())
  return [...temporary.flatMap((folder) => entriesBelow(folder).filter((entry) => entry.isFile())), ...sockets]
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('node-compile-cache'))
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function entriesBelow(folder: string): readonly Dirent[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []
}
