import type { ReasonCode } from '../../model/verdict.ts'

/** The fixed words of a reason; its numbers are in the journal's own detail. */
export interface ReasonWords {
  /** Without numbers and without a full stop: `too little traffic`. */
  readonly title: string
  /** A full sentence for people who meet the code for the first time. */
  readonly meaning: string
  /** Imperative, one thing to do. */
  readonly remedy: string
}

const words = (title: string, meaning: string, remedy: string): ReasonWords => ({ title, meaning, remedy })

export const REASON_WORDS: Readonly<Record<ReasonCode, ReasonWords>> = {
  NO_DATA: words(
    'no data',
    'The source of the numbers returned nothing for this window.',
    'Ask the source for the same query and time, and correct the query or wait for the first scrape.',
  ),
  TOO_FEW_SLICES: words(
    'too few slices of time',
    'Too few slices of the window held a number to judge them.',
    'Lengthen `windows.fault`, or scrape more often.',
  ),
  LOW_TRAFFIC: words(
    'too little traffic',
    'There were too few requests to tell a pass from a fail, even with none of them failing.',
    'Raise `traffic.http.rate`, or lengthen `windows.fault`.',
  ),
  UNDECIDED: words(
    'too close to call',
    'The measured bounds lie on both sides of what is needed.',
    'Raise `traffic.http.rate` or lengthen `windows.fault`, so that the bounds become narrower.',
  ),
  BASELINE_UNHEALTHY: words(
    'unhealthy before the fault',
    'The objective was already missed before the fault, so the fault cannot be blamed.',
    'Make the service healthy first; the baseline is what the fault is measured against.',
  ),
  NOT_INJECTED: words(
    'fault not on every target',
    'The fault was not put on every target that was planned.',
    'Look at the evidence for the target that was left out.',
  ),
  NOT_EFFECTIVE: words(
    'fault without effect',
    'The fault was put on its targets, and its effect was not measured there.',
    'Look at the evidence: the mechanism may not work on this kernel.',
  ),
  NOT_OBSERVED: words(
    'fault not met by the traffic',
    'The fault had its effect, but none of the judged traffic crossed it, so the experiment says nothing.',
    'Send traffic that uses the faulted service, or choose another target.',
  ),
  BUCKET_TOO_COARSE: words(
    'histogram too coarse',
    'The histogram has no edge at the limit, and the edges around it disagree.',
    'Add a bucket edge at the limit, or move the limit to an edge.',
  ),
  CENSORED_QUANTILE: words(
    'quantile beyond what was measured',
    'The quantile lies above the highest latency that could be measured.',
    'Raise the timeout of the traffic, or the last bucket of the histogram.',
  ),
  PARTIAL_DATA: words(
    'partial data',
    'The source of the numbers said that its answer is not complete.',
    'Read its warning in the journal, and repeat the run.',
  ),
  CLOCK_SKEW: words(
    'clocks disagree',
    'The clock of the source and the clock of this run are further apart than one scrape.',
    'Synchronise the clocks of both machines.',
  ),
  COUNTER_RESET: words(
    'counters were reset',
    'A counter went back, and not because a target was restarted.',
    'Find out what restarted during the run.',
  ),
  LOAD_NOT_DELIVERED: words(
    'traffic not delivered',
    'The generator could not send at the rate that was asked for.',
    'Lower `traffic.http.rate`, or give the runner more CPU.',
  ),
  ABORTED_EXTERNALLY: words(
    'ended from outside',
    'Something other than this run ended the fault.',
    'Find out who removed the fault, and repeat the run.',
  ),
  CLEANUP_UNPROVEN: words(
    'clean end not proven',
    'It could not be shown that the fault was gone before recovery was measured.',
    'Run `seaworthy cleanup`, and repeat the run.',
  ),
  OBJECTIVE_MISSED: words(
    'objective missed',
    'The objective did not hold under the fault.',
    'See why, and what to try, in the report.',
  ),
  ABORT_LIMIT: words(
    'red line crossed',
    'A limit in `abort-when` was crossed, and the fault was ended early.',
    'See why, and what to try, in the report.',
  ),
  NOT_RECOVERED: words(
    'not recovered in time',
    'The objectives did not come back in time after the fault had ended.',
    'Look for what does not reconnect, restart or drain when the fault is over.',
  ),
  THRESHOLD_TOO_LOW: words(
    'breaks too early',
    'The objectives broke at a smaller fault than they must hold.',
    'See why, and what to try, in the report.',
  ),
  CHECK_FAILED: words(
    'check failed',
    'A check step of the experiment did not hold.',
    'Read what the check expected and what it got.',
  ),
  GATE_LOOSENED: words(
    'the gate was loosened',
    'The change removes or loosens something that the suite of its base marks as required.',
    'Take the change of the suite back, or have it merged by somebody who may pass over the check.',
  ),
  PLATFORM_FAILED: words(
    'platform failed',
    'The system under test could not be brought up or reached.',
    'Read its log; nothing can be said about the pull request until it runs.',
  ),
  TRAFFIC_FAILED: words('traffic failed', 'The traffic generator stopped.', 'Read its log, and repeat the run.'),
  ENGINE_FAILED: words(
    'engine failed',
    'The engine could not put the fault on, or take it off.',
    'Read its log; `seaworthy doctor` says what this machine can do.',
  ),
  SHARD_MISSING: words(
    'shard missing',
    'A part of the suite has no journal that can be read, so the whole cannot be judged.',
    'Look at the job of the shard that is named, and run it again.',
  ),
  INTERNAL: words('internal error', 'Seaworthy itself failed.', 'Report it together with `journal.json`.'),
  CANCELLED: words('cancelled', 'The run was cancelled before it ended.', 'Run it again.'),
}
