import { readFileSync } from 'node:fs'
import type { NodeContext } from '../../model/cluster/mechanism.ts'
import { groupsOf } from '../groups/control-group.ts'
import { joined } from '../groups/joined.ts'
import { namespaceOf } from './survey.ts'

/** setns, prctl, capset, setresuid, setresgid (Linux system call tables). */
const CALLS: Readonly<Record<string, readonly number[]>> = {
  x86_64: [308, 157, 126, 117, 119],
  x64: [308, 157, 126, 117, 119],
  amd64: [308, 157, 126, 117, 119],
  aarch64: [268, 167, 91, 147, 149],
  arm64: [268, 167, 91, 147, 149],
}

/**
 * Becomes like a process of the container, then its shell: its namespaces, root and working directory, environment, user,
 * groups, capabilities and no_new_privs. Without it whoever may write a script for a container would have the node: the
 * daemon's own rights, used inside, lead out again. Waits before, where it is to do its work later.
 */
const PROGRAM = String.raw`use strict;
my ($mark, $pid, $calls, $delay, $orphan, $command) = @ARGV;
my ($SETNS, $PRCTL, $CAPSET, $SETUID, $SETGID) = map { $_ + 0 } split /,/, $calls;
sub slurp { open(my $f, "<", $_[0]) or die "$_[0]: $!\n"; local $/; my $t = <$f>; $t }
syscall($PRCTL, 1, $orphan ? 0 : 9, 0, 0, 0);
my $status = slurp("/proc/$pid/status");
my %is = map { /^(\w+):\s*(.*)/ ? ($1, $2) : () } split /\n/, $status;
my $uid = (split /\s+/, $is{Uid})[1]; my $gid = (split /\s+/, $is{Gid})[1];
my @env = split /\0/, slurp("/proc/$pid/environ");
open(my $root, "<", "/proc/$pid/root") or die "root: $!\n";
open(my $cwd, "<", "/proc/$pid/cwd") or die "cwd: $!\n";
my @ns; for my $n (qw(cgroup ipc uts net pid mnt)) { open(my $f, "<", "/proc/$pid/ns/$n") or die "$n: $!\n"; push @ns, $f }
if ($delay > 0) {
  $| = 1; print "armed\n";
  open(STDOUT, ">", "/dev/null"); open(STDERR, ">", "/dev/null");
  select(undef, undef, undef, $delay);
}
for my $f (@ns) { syscall($SETNS, fileno($f), 0) == 0 or die "setns: $!\n" }
chdir($root) && chroot(".") or die "chroot: $!\n"; chdir($cwd) or chdir("/");
defined(my $child = fork) or die "fork: $!\n";
if ($child) { waitpid($child, 0); exit($? & 127 ? 128 + ($? & 127) : $? >> 8) }
my ($bl, $bh) = (hex(substr($is{CapBnd}, 8)), hex(substr($is{CapBnd}, 0, 8)));
for my $c (0 .. 63) {
  next if ($c < 32 ? $bl >> $c : $bh >> ($c - 32)) & 1;
  next if syscall($PRCTL, 23, $c, 0, 0, 0) != 1;
  syscall($PRCTL, 24, $c, 0, 0, 0) == 0 or die "capability $c stays\n";
}
my @groups = split /\s+/, $is{Groups};
$) = join " ", $gid, @groups ? @groups : $gid;
syscall($PRCTL, 8, 1, 0, 0, 0) == 0 or die "keepcaps: $!\n";
syscall($SETGID, $gid + 0, $gid + 0, $gid + 0) == 0 or die "setgid: $!\n";
syscall($SETUID, $uid + 0, $uid + 0, $uid + 0) == 0 or die "setuid: $!\n";
my @half = map { my $k = $_; map { hex(substr($is{$k}, $_, 8)) } (8, 0) } qw(CapEff CapPrm CapInh);
my $header = pack("LL", 0x20080522, 0); my $data = pack("L6", @half[0, 2, 4, 1, 3, 5]);
syscall($CAPSET, $header, $data) == 0 or die "capset: $!\n";
if (($is{NoNewPrivs} // 0) == 1) { syscall($PRCTL, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!\n" }
syscall($PRCTL, 1, 9, 0, 0, 0);
%ENV = map { /^([^=]+)=(.*)$/s ? ($1, $2) : () } @env;
close $_ for @ns, $root, $cwd;
exec { "/bin/sh" } "sh", "-c", $command; die "the container has no /bin/sh: $!\n";`

export interface Confined {
  readonly containerId: string
  readonly pid: number
  readonly command: string
  /** Says `armed` and waits so long before it enters; 0 does neither. */
  readonly delayMs: number
  /** Lives on without the daemon. */
  readonly orphan: boolean
}

/** Why a command cannot be run like one of the container's own; undefined when it can. */
export function refuseConfined(pid: number, architecture: string, perl: boolean): string | undefined {
  if (!perl) return 'there is no perl beside the daemon'
  if (!CALLS[architecture]) return `scripts are not known on ${architecture}`
  if (namespaceOf('/proc', pid, 'user') !== namespaceOf('/proc', 'self', 'user')) {
    return 'the pod has a user namespace of its own'
  }
  try {
    readFileSync(`/proc/${pid}/status`)
    return undefined
  } catch {
    return 'the container is not running'
  }
}

/** The words that run a shell command in a container as the container itself would, in its control groups. */
export function confined(
  context: NodeContext,
  { containerId, pid, command, delayMs, orphan }: Confined,
): readonly string[] {
  const calls = (CALLS[context.abilities.architecture] ?? []).join(',')
  const words = [`sw-${context.id}`, String(pid), calls, String(delayMs / 1_000), orphan ? '1' : '', command]
  return joined(context, groupsOf(context, containerId), ['perl', '-e', PROGRAM, ...words])
}
