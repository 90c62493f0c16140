import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Keeps the heap near what is alive in it. Left alone, the part for new objects grows to 134 MB on a machine with memory to
 * spare, and the part for old ones to several times what it holds; a run uses a tenth of that. V8 reads these flags
 * whenever it has collected garbage, so that they may be set while a program runs. Call it when the code is loaded: code
 * that was cached under other flags is compiled again.
 */
export function keepHeapSmall(): void {
  // The part for new objects stays as large as it is now.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
}

/**
 * For a service that waits most of the time and computes little: no code is optimized from now on. The compilers, what they
 * work with and what they make take some MB that stay.
 */
export function keepCodeSmall(): void {
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-maglev')
}

/**
 * Collects all garbage now, which stops the program for some 10 ms: for a service that has nothing to do. V8 collects when
 * more memory is asked for, so that what a busy time left behind would stay for as long as the quiet lasts.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  // A plain collection keeps emptied pages for later; the last resort gives them back.
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
