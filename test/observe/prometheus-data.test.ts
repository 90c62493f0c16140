import { matrix } from '../fakes/prometheus.ts'
import {
  type Case,
  counters,
  counting,
  expectProblems,
  lateAndOld,
  scrapes,
  skewed,
  TOTAL,
  WEB,
  WEB_BAD,
} from './fake-window.ts'
import { ratio } from './objectives.ts'

const missing: readonly Case[] = [
  { name: 'an empty result', reply: () => undefined, code: 'NO_DATA', detail: /has no data in this window/ },
  {
    name: 'targets that were down',
    reply: counters(matrix(), matrix(), ({ query }) =>
      query.startsWith('up{') ? matrix([{ job: 'web' }, scrapes(() => 0)]) : undefined,
    ),
    objective: ratio(`${TOTAL}{job="web",code="500"}`, `${TOTAL}{job="web"}`),
    code: 'NO_DATA',
    detail: /could not be scraped.*up is 0/,
  },
  {
    name: 'samples from before the window only',
    reply: counters(
      matrix([
        WEB,
        scrapes(
          () => 7,
          (index) => index > 0,
        ),
      ]),
      matrix(),
    ),
    code: 'NO_DATA',
    detail: /stale: its last sample is 11 s older/,
  },
  {
    name: 'no event at all',
    reply: counters(matrix([WEB, scrapes(() => 7)]), matrix([WEB_BAD, scrapes(() => 7)])),
    code: 'NO_DATA',
    detail: /no event was counted/,
  },
  {
    name: 'a bad counter that does not exist',
    reply: counters(matrix([WEB, counting]), matrix()),
    objective: ratio('http_errors_total', TOTAL),
    code: 'NO_DATA',
    detail: /cannot be told from one that is 0/,
  },
  {
    name: 'a misspelt label',
    reply: counters(matrix([WEB, counting]), matrix()),
    objective: ratio(`${TOTAL}{status=~"5.."}`, TOTAL),
    code: 'NO_DATA',
    detail: /none of .* has a label "status"/,
  },
]

const uncountable: readonly Case[] = [
  {
    name: 'NaN',
    reply: counters(matrix([WEB, scrapes((index) => (index === 4 ? 'NaN' : index))]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds NaN/,
  },
  {
    name: '+Inf',
    reply: counters(matrix([WEB, scrapes(() => '+Inf')]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds \+Inf/,
  },
  {
    name: '-Inf',
    reply: counters(matrix([WEB, scrapes(() => '-Inf')]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds -Inf/,
  },
  {
    name: 'a number that is none',
    reply: counters(matrix([WEB, scrapes(() => 'many')]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /holds many/,
  },
  {
    name: 'a counter below zero',
    reply: counters(matrix([WEB, scrapes((index) => index - 50)]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /never below zero/,
  },
  {
    name: 'seconds in place of events',
    reply: counters(matrix([WEB, scrapes((index) => index * 1.7)]), matrix([WEB_BAD, counting])),
    code: 'NO_DATA',
    detail: /not a whole number of events/,
  },
  {
    name: 'samples out of order',
    reply: counters(matrix([WEB, counting.toReversed()]), matrix([WEB_BAD, counting])),
    code: 'PARTIAL_DATA',
    detail: /not in order/,
  },
  {
    name: 'the same series twice',
    reply: counters(matrix([WEB, counting], [WEB, counting]), matrix([WEB_BAD, counting])),
    code: 'PARTIAL_DATA',
    detail: /same series twice/,
  },
  {
    name: 'two copies of a Prometheus',
    reply: counters(
      matrix([{ ...WEB, prometheus_replica: 'a' }, counting], [{ ...WEB, prometheus_replica: 'b' }, counting]),
      matrix([WEB_BAD, counting]),
    ),
    code: 'PARTIAL_DATA',
    detail: /same series twice/,
  },
  {
    name: 'a native histogram',
    reply: counters(
      { data: { resultType: 'matrix', result: [{ metric: WEB, histograms: [] }] } },
      matrix([WEB_BAD, counting]),
    ),
    code: 'NO_DATA',
    detail: /native histogram/,
  },
  {
    name: 'more bad than all',
    reply: counters(matrix([WEB, counting]), matrix([WEB_BAD, scrapes((index) => index * 99)])),
    code: 'PARTIAL_DATA',
    detail: /not a part of total/,
  },
  {
    name: 'too many series',
    reply: counters(
      {
        data: {
          resultType: 'matrix',
          result: Array.from({ length: 20_001 }, (_, index) => ({ metric: { i: `${index}` }, values: [] })),
        },
      },
      matrix(),
    ),
    code: 'NO_DATA',
    detail: /more than 20000/,
  },
  {
    name: 'bad events of unknown age',
    reply: counters(
      matrix([WEB, counting], [{ ...WEB_BAD, instance: 'b:1' }, lateAndOld]),
      matrix([{ ...WEB_BAD, instance: 'b:1' }, lateAndOld]),
    ),
    code: 'PARTIAL_DATA',
    detail: /unknown age/,
    keepsNumbers: true,
  },
  {
    name: 'a baseline whose events are of unknown age',
    reply: counters(matrix([WEB, lateAndOld]), matrix([{ ...WEB_BAD, instance: 'b:1' }, scrapes(() => 0)])),
    window: 'baseline',
    code: 'PARTIAL_DATA',
    detail: /unknown age/,
    keepsNumbers: true,
  },
]

const worthLess: readonly Case[] = [
  {
    name: 'warnings',
    reply: counters(
      { ...(matrix([WEB, counting]) as { data: unknown }), warnings: ['1 of 3 stores\nunavailable'] },
      matrix([WEB_BAD, counting]),
    ),
    code: 'PARTIAL_DATA',
    detail: /warns: 1 of 3 stores unavailable/,
    keepsNumbers: true,
  },
  {
    name: 'a clock that is ahead',
    reply: skewed(60_000),
    code: 'CLOCK_SKEW',
    detail: /differs from ours by \d+ ms, more than one scrape/,
  },
  { name: 'a clock that is behind', reply: skewed(-60_000), code: 'CLOCK_SKEW', detail: /by -\d+ ms/ },
  {
    name: 'a gauge that goes up and down',
    reply: counters(matrix([WEB, scrapes((index) => (index % 2) * 50)]), matrix([WEB_BAD, scrapes(() => 0)])),
    code: 'COUNTER_RESET',
    detail: /began again up to \d+ times/,
    keepsNumbers: true,
  },
  {
    name: 'a restart in the baseline',
    reply: counters(
      matrix([WEB, scrapes((index) => (index < 5 ? 100 + index : index))]),
      matrix([WEB_BAD, scrapes(() => 0)]),
    ),
    window: 'baseline',
    code: 'COUNTER_RESET',
    detail: /up to 1 times in the baseline, 0 expected/,
    keepsNumbers: true,
  },
]

expectProblems('data that is not there', missing)
expectProblems('data that cannot be counted', uncountable)
expectProblems('data that is worth less', worthLess)
