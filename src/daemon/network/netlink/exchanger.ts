import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { SeaworthyError } from '../../../kit/errors.ts'
import { start } from '../../../kit/exec.ts'
import type { PodOnNode } from '../../../model/cluster/mechanism.ts'
import { enterNetns } from '../../namespaces/netns.ts'

/** setns(2) by number: perl has no other way. */
const SETNS: Readonly<Record<string, number>> = { x64: 308, arm64: 268 }
const ANSWER_MS = 15_000

interface Exchanger {
  readonly child: ReturnType<typeof start>
  readonly waiting: Map<number, PromiseWithResolvers<readonly string[]>>
}

let standing: Exchanger | undefined
let asked = 0

/**
 * Starts the program that speaks with kernels of network namespaces, unless it stands ready: to start it takes longer than
 * what it does. One for all pods; it ends with this process.
 */
export function readyExchanger(): void {
  standing ??= launch()
}

/**
 * Has requests, as `PROTOCOL HEX`, sent in the pod's network namespace, each by a socket of its own; resolves with the answers
 * in hex. Throws SeaworthyError('ENGINE') when the pod is gone or has another network, and when there is no answer.
 */
export async function askExchanger(pod: PodOnNode, requests: readonly string[]): Promise<readonly string[]> {
  enterNetns(pod)
  standing ??= launch()
  const { child, waiting } = standing
  asked += 1
  const number = asked
  const answer = Promise.withResolvers<readonly string[]>()
  waiting.set(number, answer)
  const timer = setTimeout(() => {
    answer.reject(failure('the kernel did not answer in time'))
    // Whatever holds it up must not hold up the next.
    child.kill('SIGKILL')
  }, ANSWER_MS)
  child.stdin?.write(`${number} ${pod.sandbox?.pid} ${pod.netns} ${requests.join(',')}\n`)
  try {
    return await answer.promise
  } finally {
    clearTimeout(timer)
    waiting.delete(number)
  }
}

function launch(): Exchanger {
  const setns = String(SETNS[process.arch] ?? 0)
  const child = start('setpriv', ['--pdeathsig', 'KILL', 'perl', '-e', EXCHANGER, setns], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exchanger: Exchanger = { child, waiting: new Map() }
  const end = (how: string) => {
    if (standing === exchanger) standing = undefined
    for (const { reject } of exchanger.waiting.values()) reject(failure(`the program that speaks netlink ${how}`))
  }
  child.once('error', (error) => end(`could not be started: ${error.message}`))
  child.once('close', (code, signal) => end(`ended with ${code ?? signal}`))
  child.stdin?.on('error', () => undefined)
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [number, how, ...words] = line.split(' ')
      const answer = exchanger.waiting.get(Number(number))
      if (how === 'ok') answer?.resolve(words)
      else answer?.reject(failure(words.join(' ')))
    })
  // Nobody stays for its sake.
  for (const each of [child, child.stdin as Socket | null, child.stdout as Socket | null]) each?.unref()
  return exchanger
}

function failure(why: string): SeaworthyError {
  return new SeaworthyError('ENGINE', why)
}

/**
 * Reads `NUMBER PID DEVICE:INODE PROTOCOL HEX,PROTOCOL HEX…` and answers with `NUMBER ok HEX HEX…` or `NUMBER no WHY`: for each
 * request all that came up to an acknowledgement, an error or the end of a dump (NLMSG_ERROR 2, NLMSG_DONE 3). Each line is
 * carried out by a child of its own, which enters the namespace if it is still the same (CLONE_NEWNET 0x40000000), so that one
 * that hangs is in nobody's way, and ends with what it holds of this program's left as it is.
 */
const EXCHANGER = `# exchanges netlink messages
use strict;
my $setns = shift @ARGV;
my ($in, %reading) = ('');
$| = 1;
while (1) {
  my $r = ''; vec($r, $_, 1) = 1 for 0, keys %reading;
  select($r, undef, undef, undef);
  for my $fd (grep { vec($r, $_, 1) } keys %reading) {
    my $one = $reading{$fd};
    next if sysread($one->{from}, $one->{said}, 1 << 16, length $one->{said});
    print $one->{said} || "$one->{number} no the kernel gave no answer", "\\n";
    delete $reading{$fd}; close $one->{from}; waitpid $one->{child}, 0;
  }
  next unless vec($r, 0, 1);
  sysread(STDIN, $in, 1 << 16, length $in) or exit;
  while ($in =~ s/^(.*)\\n//) {
    my ($number, $pid, $dev, $ino, $asked) = $1 =~ /^(\\d+) (\\d+) (\\d+):(\\d+) (.*)$/ or next;
    my ($from, $to, $child);
    if (!pipe($from, $to) || !defined($child = fork)) { print "$number no $!\\n"; next }
    if ($child) {
      close $to;
      $reading{fileno $from} = { from => $from, number => $number, said => '', child => $child };
      next;
    }
    my $all = eval {
      enter($pid, $dev, $ino);
      join ' ', 'ok', map { exchange(split / /) } split /,/, $asked;
    };
    $all = "no $@" unless defined $all;
    $all =~ s/\\n.*//s;
    $all = "$number $all";
    for (my $o = 0; $o < length $all;) { $o += syswrite($to, $all, length($all) - $o, $o) || last }
    kill 9, $$;
  }
}
sub enter { my ($pid, $dev, $ino) = @_;
  open(my $f, '<', "/proc/$pid/ns/net") or die "the network namespace of the pod is gone\\n";
  my @is = stat $f;
  $is[0] == $dev && $is[1] == $ino or die "the network namespace of the pod is another one\\n";
  syscall($setns + 0, fileno($f), 0x40000000) == 0 or die "setns: $!\\n" }
sub exchange { my ($protocol, $hex) = @_;
  socket(my $s, 16, 3, $protocol) or die "socket: $!\\n";
  setsockopt($s, 1, 8, pack('i', 1 << 20));
  send($s, pack('H*', $hex), 0, pack('SSLL', 16, 0, 0, 0)) or die "send: $!\\n";
  my $all = '';
  for (my $over = 0; !$over;) {
    my $r = ''; vec($r, fileno($s), 1) = 1;
    select($r, undef, undef, 5) or die "the kernel does not answer\\n";
    defined recv($s, my $b, 1 << 18, 0) or die "recv: $!\\n";
    for (my $at = 0; $at + 16 <= length $b;) {
      my ($length, $type) = unpack('LS', substr($b, $at, 6));
      $length >= 16 or die "a message of $length bytes\\n";
      $over = 1 if $type == 2 || $type == 3;
      $at += ($length + 3) & ~3;
    }
    $all .= $b . "\\0" x (-length($b) & 3);
  }
  return unpack('H*', $all) }
`
