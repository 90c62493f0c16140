/**
 * For a shell without any program of its own: goes through lines `PID START-TIME` of descriptor 3 and signals the very
 * processes, none that has such a pid by now. The first word is the signal. A process may have a line feed in its name, and
 * parentheses: all lines of `stat` are read, and what follows the last parenthesis is counted (proc(5), field 22).
 */
export const SIGNAL_LISTED = `while read -r pid begun <&3; do
  all=
  { while IFS= read -r line || [ -n "$line" ]; do all="$all $line"; done < "$pid/stat"; } 2>/dev/null || continue
  rest=\${all##*)}
  signal=$1
  set -- $rest
  now=\${20}
  set -- "$signal"
  if [ -n "$begun" ] && [ "$now" = "$begun" ]; then kill "-$signal" "$pid"; fi
done`
