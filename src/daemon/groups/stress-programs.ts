/**
 * What a stressor runs. Perl, since the container's memory limit counts the worker as well: it takes 5 MB where another
 * Node would take 50. Each prints a line when it is under way. Their first argument is the mark that they are found by.
 * Load is counted in time of the processor, so that a busy node does not make it less.
 */
export const CPU_PROGRAM = `use Time::HiRes qw(time sleep clock);
my ($mark, $ratio) = @ARGV; $| = 1; print "on\\n";
my $period = 0.05; my $x = 1;
while (1) {
  my $end = time + $period; my $until = clock() + $period * $ratio;
  while (clock() < $until) { $x = ($x * 16807) % 2147483647 for 1 .. 200 }
  my $rest = $end - time; sleep($rest) if $rest > 0 && $ratio < 1;
}`

/** Every page is written, so that the kernel must give it; not with zeroes, which may be shared or never made. */
export const MEMORY_PROGRAM = `my ($mark, $bytes) = @ARGV; $| = 1; my @held; my $step = 4194304;
while ($bytes > 0) { my $n = $bytes < $step ? $bytes : $step; push @held, chr(90) x $n; $bytes -= $n }
print "on\\n"; sleep 3600 while 1;`

/** A byte goes to and fro between two processes: each turn is two switches at least. */
export const SWITCH_PROGRAM = `pipe(my $r1, my $w1) or die; pipe(my $r2, my $w2) or die;
defined(my $child = fork) or die;
if ($child == 0) { close $w1; close $r2; my $b; while (sysread($r1, $b, 1)) { syswrite($w2, $b, 1) or last } exit 0 }
close $r1; close $w2; $| = 1; print "on\\n"; my $b = "x";
while (syswrite($w1, $b, 1)) { sysread($r2, $b, 1) or last }`
