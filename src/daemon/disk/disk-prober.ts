import { closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs'
import type { NodeContext, PodOnNode, Prober } from '../../model/cluster/mechanism.ts'
import type { NodeProbe, NodeReading } from '../../model/cluster/reading.ts'
import { groupsOf } from '../groups/control-group.ts'
import { joined } from '../groups/joined.ts'
import { containerOf } from '../processes/container-of.ts'
import { runBounded } from '../processes/run-bounded.ts'
import { fillName } from './fill-disk.ts'
import type { OpenFolder } from './safe-folder.ts'
import { openVolume, pidFor, spaceOf } from './volume.ts'

const BLOCK_BYTES = 4_096
/** What is held back cannot be interrupted: it is not waited for for ever. */
const TIMEOUT_MS = 5_000
const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants

/** posix_fadvise64(2) by number: perl has no other way to it. */
const FADVISE: Readonly<Record<string, number>> = { x64: 221, arm64: 223 }

/**
 * Up to 64 writes that are each on the disk before the next, then up to 64 reads of the same blocks, which were taken out of
 * the page cache and are not read ahead; half a second at most for each. A line for both: their number, and the seconds.
 */
const SPEEDS = `use Fcntl; use Time::HiRes qw(time); $| = 1;
sysopen(my $f, "/proc/self/fd/3", O_RDWR | 010000) or die "$!"; my $b = "s" x ${BLOCK_BYTES};
my $from = time; my $n = 0;
while ($n < 64 && time - $from < 0.5) { syswrite($f, $b) == ${BLOCK_BYTES} or last; $n++ }
printf "%d %.6f\\n", $n, time - $from;
exit unless $n && $ARGV[0];
syscall($ARGV[0] + 0, fileno $f, 0, 0, 1) == 0 or exit;
$from = time; my $r = 0;
while ($r < 64 && time - $from < 0.5) {
  if ($r % $n == 0) { syscall($ARGV[0] + 0, fileno $f, 0, 0, 4) == 0 or exit; sysseek($f, 0, 0) }
  sysread($f, $b, ${BLOCK_BYTES}) == ${BLOCK_BYTES} or last; $r++ }
printf "%d %.6f\\n", $r, time - $from;`

/**
 * Free bytes of the volume, how much this fault's file takes of it, and what synced writes, and reads past the page cache, reach
 * there. They are made in the container's group, so that its limits show, into a file whose name is gone before the first of them.
 */
export const diskProber: Prober<Extract<NodeProbe, { readonly probe: 'disk' }>> = {
  probe: 'disk',
  read: async ({ container, path }, pod, context) => {
    const pid = pidFor(pod, container)
    if (pid === undefined) return {}
    let folder: OpenFolder | undefined
    try {
      folder = openVolume(pid, path)
      const file = lstatSync(folder.at(fillName(context.id)), { throwIfNoEntry: false })
      return {
        freeBytes: spaceOf(folder, pid, path).freeBytes,
        filledBytes: file?.isFile() ? file.blocks * 512 : 0,
        ...(await speedsOf(pod, container, context, folder).catch(() => ({}))),
      }
    } catch {
      return {}
    } finally {
      folder?.close()
    }
  },
}

async function speedsOf(
  pod: PodOnNode,
  name: string | undefined,
  context: NodeContext,
  folder: OpenFolder,
): Promise<Partial<NodeReading>> {
  if (!context.abilities.perl) return {}
  const probe = `.sw-${context.id}-probe`
  const path = folder.at(probe)
  const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    unlinkSync(path)
    const words = ['perl', '-e', SPEEDS, String(FADVISE[process.arch] ?? 0)]
    const container = containerOf(pod, name)
    const command = container ? joined(context, groupsOf(context, container.id), words) : words
    const { stdout, timedOut } = await runBounded(command, { timeoutMs: TIMEOUT_MS, files: [file] })
    const [writes, reads] = [...stdout.matchAll(/^(\d+) ([\d.]+)$/gm)].map(([, count, seconds]) => ({
      count: Number(count),
      seconds: Number(seconds),
    }))
    // Not one came through in that time: that is a measurement, not the lack of one.
    const none = timedOut ? 0 : undefined
    const written = perSecond(writes) ?? none
    const read = perSecond(reads) ?? (writes === undefined ? undefined : none)
    return {
      ...(written === undefined ? {} : { writesPerSecond: written, writeBytesPerSecond: written * BLOCK_BYTES }),
      ...(read === undefined ? {} : { readsPerSecond: read, readBytesPerSecond: read * BLOCK_BYTES }),
    }
  } finally {
    closeSync(file)
  }
}

function perSecond(done: { readonly count: number; readonly seconds: number } | undefined): number | undefined {
  return done && done.count > 0 && done.seconds > 0 ? done.count / done.seconds : undefined
}
