/** prctl(2) by number: perl has no other way, and Node has no way to a netlink socket at all. */
const PRCTL: Readonly<Record<string, number>> = { x64: 157, arm64: 167 }

/**
 * Command of the process that holds one NETLINK_NETFILTER socket for the engine: messages from its standard input go to the
 * kernel, those of the kernel to its standard output. One loop and no second process: an orphan that held the queue without
 * reading it would turn it into a hole. It ends when its input ends, and with its parent. The kernel leaves out the padding
 * of a message that ends with a packet (nfqnl_build_packet_message), so it is put there: the next one begins where netlink says.
 */
export function pumpCommand(architecture: string): readonly string[] {
  return ['perl', '-e', PUMP, String(PRCTL[architecture] ?? 0)]
}

/** SO_RCVBUFFORCE 33, SO_SNDBUFFORCE 32, NETLINK_NO_ENOBUFS 5 (of SOL_NETLINK 270), MSG_DONTWAIT 0x40, PR_SET_PDEATHSIG 1. */
const PUMP = `
use strict;
my $parent = getppid;
syscall($ARGV[0] + 0, 1, 9, 0, 0, 0) if $ARGV[0];
exit if getppid != $parent;
socket(S, 16, 3, 12) or die "socket: $!";
setsockopt(S, 1, 33, pack('i', 8 << 20));
setsockopt(S, 1, 32, pack('i', 1 << 20));
setsockopt(S, 270, 5, pack('i', 1));
connect(S, pack('SSLL', 16, 0, 0, 0)) or die "connect: $!";
my $in = '';
sub out { my ($b) = @_; my $o = 0; my $n = length $b;
  while ($o < $n) { my $w = syswrite(STDOUT, $b, $n - $o, $o); exit unless $w; $o += $w } }
while (1) {
  my $r = ''; vec($r, 0, 1) = 1; vec($r, fileno(S), 1) = 1;
  select($r, undef, undef, undef);
  if (vec($r, fileno(S), 1)) {
    my $all = '';
    for (1 .. 256) { my $b; defined recv(S, $b, 1 << 17, 0x40) or last; length $b or last;
      $all .= $b . "\\0" x (-length($b) & 3); last if length $all > 1 << 17 }
    out($all) if length $all;
  }
  if (vec($r, 0, 1)) {
    my $b; my $n = sysread(STDIN, $b, 1 << 18); exit unless $n; $in .= $b;
    my ($from, $to) = (0, 0);
    while (length($in) - $to >= 4) {
      my $m = unpack('V', substr($in, $to, 4)); last if length($in) - $to < $m;
      if ($to > $from && $to + $m - $from > 1 << 17) { syswrite(S, substr($in, $from, $to - $from)); $from = $to }
      $to += $m;
    }
    syswrite(S, substr($in, $from, $to - $from)) if $to > $from;
    substr($in, 0, $to, '') if $to;
  }
}
`
