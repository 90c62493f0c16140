import { FIRST_PROBE_PORT, LAST_PROBE_PORT } from '../rules/probe-ports.ts'
import { addressHex } from '../rules/ranges.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** clock_gettime(2) by number: what perl needs for milliseconds without a module that a small image lacks. */
const CLOCK: Readonly<Record<string, number>> = { x64: 228, arm64: 113 }

/**
 * Command that tries to connect to each endpoint `attempts` times, all at once, from the daemon's own source ports, and prints a
 * line for each: milliseconds until something came back, accepted or refused, or `-`. Connections are reset, so that neither
 * side keeps them. Starts in a few milliseconds, which another Node would not. Throws SeaworthyError('ENGINE') for what is not
 * an address.
 */
export function attemptsCommand(
  endpoints: readonly Endpoint[],
  attempts: number,
  timeoutMs: number,
): readonly string[] {
  const targets = endpoints.map(({ address, port }) => `${addressHex(address)} ${port}`)
  const clock = String(CLOCK[process.arch] ?? 0)
  const ports = [String(FIRST_PROBE_PORT), String(LAST_PROBE_PORT)]
  return ['perl', '-e', ATTEMPTS, clock, ...ports, String(attempts), String(timeoutMs), ...targets]
}

/** Milliseconds of the attempts that got an answer, or undefined for those that did not. */
export function parseAttempts(text: string): readonly (number | undefined)[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (/^\d+(\.\d+)?$/.test(line) ? Number(line) : undefined))
}

/**
 * Without a single module, which all together take several times as long to load as the rest of it: numbers are those of
 * Linux on x86-64 and arm64. ECONNREFUSED 111 is an answer, EINPROGRESS 115 none yet; errors such as "no route" are none.
 * Linger 0 resets on close.
 */
const ATTEMPTS = `
my ($clock, $low, $high, $attempts, $timeout, @targets) = @ARGV;
my ($INET, $INET6, $STREAM, $SOCKET, $REUSE, $ERROR, $LINGER, $SETFL, $NONBLOCK) = (2, 10, 1, 1, 2, 4, 13, 4, 0x800);
sub now { my $t = pack('qq', 0, 0); syscall($clock + 0, 1, $t) if $clock; my ($s, $n) = unpack('qq', $t);
  return $clock ? $s * 1000 + $n / 1e6 : time * 1000 }
sub at { my ($port, $address) = @_;
  return length $address == 16 ? pack('SnNa16L', $INET6, $port, 0, $address, 0) : pack('Sna4x8', $INET, $port, $address) }
my $port = $low + $$ % ($high - $low + 1);
my (%at, @took, %handle); my $number = 0;
for my $target (@targets) { for (1 .. $attempts) {
  my ($hex, $to) = split / /, $target; my $address = pack('H*', $hex); my $any = "\\0" x length $address;
  my $i = $number++; $took[$i] = '-';
  socket(my $s, length $address == 16 ? $INET6 : $INET, $STREAM, 0) or next;
  setsockopt($s, $SOCKET, $REUSE, 1); setsockopt($s, $SOCKET, $LINGER, pack('ii', 1, 0));
  my $bound;
  for ($low .. $high) { $port = $port >= $high ? $low : $port + 1;
    $bound = bind($s, at($port, $any)) and last }
  next unless $bound;
  fcntl($s, $SETFL, $NONBLOCK); my $start = now();
  my $done = connect($s, at($to, $address));
  if ($done or $! == 111) { $took[$i] = now() - $start; next }
  next unless $! == 115;
  $at{fileno $s} = [$i, $start]; $handle{fileno $s} = $s;
} }
my $end = now() + $timeout;
while (%at and (my $left = $end - now()) > 0) {
  my $w = ''; vec($w, $_, 1) = 1 for keys %at;
  next unless select(undef, $w, undef, $left / 1000) > 0;
  for my $f (keys %at) { next unless vec($w, $f, 1);
    my $error = unpack('i', getsockopt($handle{$f}, $SOCKET, $ERROR));
    $took[$at{$f}[0]] = now() - $at{$f}[1] if $error == 0 or $error == 111;
    delete $at{$f}; close delete $handle{$f} }
}
print map { /^-/ ? "-\\n" : sprintf("%.3f\\n", $_) } @took;
`
