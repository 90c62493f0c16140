import { writeFileSync } from 'node:fs'

const CHUNK_BYTES = 16 * 1024 * 1024
/** Not zero: pages of zeroes may be shared or never made. */
const FILL = 0x5a

/** Takes this many bytes and writes every one, so that the kernel must give them. Hold what it returns. */
export function takeMemory(bytes: number): readonly Buffer[] {
  offerToOutOfMemoryKiller()
  const chunks: Buffer[] = []
  for (let taken = 0; taken < bytes; taken += CHUNK_BYTES) {
    chunks.push(Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, bytes - taken)).fill(FILL))
  }
  return chunks
}

/** When memory runs out it shall be this process that the kernel ends, not the preview and not the command line (proc(5), oom_score_adj). */
function offerToOutOfMemoryKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Only Linux has it.
  }
}
