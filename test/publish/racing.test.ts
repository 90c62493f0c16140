import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/publish/change.ts'
import { createGitHubClient } from '../../src/publish/github-client.ts'
import { type Publication, type Published, publishToGitHub } from '../../src/publish/publish-github.ts'
import { startFakeGitHub } from '../fakes/github.ts'
import { type Climate, openSea, randomOf, weatherOf } from './weather.ts'

const RUNS = 20
const LIMIT_MS = 300_000
const BOT = { login: 'github-actions[bot]', type: 'Bot' }
const FRESH = Math.floor(Math.random() * 2 ** 31)
/** Some, and one that nobody has seen; its number is in the test's name. `SEEDS=100` for more. */
const SEEDS = [490_261_016, ...Array.from({ length: Number(process.env.SEEDS ?? 5) }, (_, seed) => seed + 1), FRESH]

const changeOf = (run: number): Change => ({
  owner: 'acme',
  name: 'shop',
  pullRequest: 482,
  head: '7d3e1b0000000000000000000000000000000000',
  base: null,
  branch: 'main',
  runUrl: `https://github.com/acme/shop/actions/runs/${run}/attempts/1`,
  fromFork: false,
})
const bodyOf = (run: number) => `Fail in run ${run}\n<!-- seaworthy:checkout v1 run=${run} attempt=1 at=1 -->`
const check = (conclusion: 'success' | 'failure', annotations: number) => ({
  title: 'Fail: 2 of 6 experiments did not hold',
  conclusion,
  summary: 'summary',
  text: '',
  annotations: Array.from({ length: annotations }, (_, line) => ({
    path: 'seaworthy.yaml',
    line: line + 1,
    level: 'failure' as const,
    title: `experiment ${line}`,
    message: 'did not hold',
  })),
})
const nothing: Publication = {
  comment: undefined,
  check: undefined,
  checkName: 'Seaworthy / checkout',
  summary: '',
  shortSummary: '',
}

interface Storm {
  readonly seed: number
  readonly climate: Climate
  /** What run n says, 0 first; a run of 1000 + n. */
  readonly publication: (place: number) => Publication
  /** Comments that are there before. */
  readonly before?: readonly { body: string; user: { login: string; type: string } }[]
  readonly deleteOne?: boolean
}

/** Twenty runs at once, then one alone in good weather. */
async function storm({ seed, climate, publication, before = [], deleteOne = false }: Storm) {
  const random = randomOf(seed)
  const sea = openSea()
  const weather = weatherOf(sea, random, climate)
  let calm = false
  const github = await startFakeGitHub({
    weather: {
      before: (method, path) =>
        calm ? Promise.resolve({ kind: 'served', lost: false }) : weather.before(method, path),
      after: () => (calm ? Promise.resolve() : weather.after()),
    },
  })
  github.comments.push(...before.map((comment, place) => ({ ...comment, id: place + 1, pull: 482 })))
  let deletedAtMs = 0
  if (deleteOne)
    sea.at(random() * 4_000, () => {
      const place = github.comments.findIndex(({ user }) => user.login === BOT.login)
      if (place >= 0) github.comments.splice(place, 1)
      deletedAtMs = sea.nowMs()
    })
  const publish = (place: number): Promise<Published> =>
    publishToGitHub(publication(place), {
      connect: (signal) => createGitHubClient('canary-token', github.url, signal),
      change: changeOf(1_000 + place),
      summaryPath: undefined,
      limitMs: LIMIT_MS,
      clock: sea.clock,
    })
  const starts = Array.from({ length: RUNS }, () => random() * 3_000)
  const ended = Array.from({ length: RUNS }, () => 0)
  const published = await Promise.all(
    starts.map((atMs, place) =>
      sea.actor(atMs, async () => {
        const told = await publish(place)
        ended[place] = sea.nowMs()
        return told
      }),
    ),
  )
  const ours = () => github.comments.filter(({ user }) => user.login === BOT.login)
  const afterStorm = ours().map(({ body }) => body)
  calm = true
  const last = await publish(RUNS)
  await github.close()
  return { github, published, afterStorm, ours, last, ended, deletedAtMs }
}

const runIn = (body: string) => Number(/run=(\d+)/.exec(body)?.[1])

/**
 * The newest run that came through, or one newer than it, has the last word. A run that gave up cannot mend what an
 * older one overwrote, so this is no law of every seed; that one run alone mends all of it is.
 */
function expectLastWord(bodies: readonly string[], published: readonly Published[]): void {
  const through = published.flatMap(({ warnings }, place) => (warnings.length === 0 ? [1_000 + place] : []))
  expect(through.length).toBeGreaterThan(RUNS / 2)
  expect(Math.max(...bodies.map(runIn))).toBeGreaterThanOrEqual(Math.max(...through))
}

const GOOD: Climate = { slowestMs: 900, refused: 0, lost: 0, late: 0 }
const ROUGH: Climate = { slowestMs: 900, refused: 0.08, lost: 0.06, late: 0 }
const LATE: Climate = { slowestMs: 900, refused: 0.05, lost: 0.03, late: 0.06 }

describe('twenty racing runs have one comment, and the newest has the last word', () => {
  const comments = (place: number): Publication => ({ ...nothing, comment: bodyOf(1_000 + place) })
  const talk = Array.from({ length: 340 }, (_, place) => ({
    body: `talk ${place}`,
    user: { login: 'ann', type: 'User' },
  }))
  const copied = { body: bodyOf(999_999), user: { login: 'mallory', type: 'User' } }
  const copiedByBot = { body: bodyOf(999_999), user: { login: 'echo[bot]', type: 'Bot' } }
  const older = { body: bodyOf(7), user: BOT }

  it.each(SEEDS)('with delays alone, seed %i', async (seed) => {
    const { github, published, afterStorm, ours } = await storm({ seed, climate: GOOD, publication: comments })
    expect(published.flatMap(({ warnings }) => warnings)).toEqual([])
    expect(afterStorm).toEqual([bodyOf(1_000 + RUNS - 1)])
    expect(ours().map(({ body }) => body)).toEqual([bodyOf(1_000 + RUNS)])
    expect(github.violations).toEqual([])
  })

  it.each(SEEDS)(
    'over the comment of an older run on page 4, with refusals, limits and lost answers, seed %i',
    async (seed) => {
      const before = [...talk, copied, copiedByBot, older]
      const done = await storm({ seed, climate: ROUGH, publication: comments, before })
      if (seed !== FRESH) expectLastWord(done.afterStorm, done.published)
      expect(done.last.warnings).toEqual([])
      expect(done.ours().map(({ body }) => body)).toEqual([bodyOf(1_000 + RUNS)])
      expect(done.github.comments.slice(0, talk.length + 2).map(({ body }) => body)).toEqual(
        before.slice(0, -1).map(({ body }) => body),
      )
      expect(done.github.violations).toEqual([])
    },
  )

  it.each(SEEDS)('though one is deleted and requests are carried out late, seed %i', async (seed) => {
    const done = await storm({ seed, climate: LATE, publication: comments, before: [older], deleteOne: true })
    const survived = done.published.filter((_, place) => (done.ended[place] ?? 0) > done.deletedAtMs)
    if (survived.length === RUNS && seed !== FRESH) expectLastWord(done.afterStorm, done.published)
    expect(done.last.warnings).toEqual([])
    expect(done.ours().map(({ body }) => body)).toEqual([bodyOf(1_000 + RUNS)])
  })
})

describe('a check run', () => {
  it.each(SEEDS)('is there once and whole where it was said to be written, seed %i', async (seed) => {
    const conclusionOf = (place: number) => (place % 3 === 0 ? 'success' : 'failure')
    const publication = (place: number): Publication => ({
      ...nothing,
      checkName: `Seaworthy / suite ${place}`,
      check: check(conclusionOf(place), (place % 4) * 49),
    })
    const { github, published } = await storm({ seed, climate: ROUGH, publication })
    expect(github.violations).toEqual([])
    for (const [place, { checkWritten }] of published.entries()) {
      const made = github.checkRuns.filter(({ name }) => name === `Seaworthy / suite ${place}`)
      if (!checkWritten) {
        for (const { conclusion } of made) expect([undefined, conclusionOf(place)]).toContain(conclusion)
        continue
      }
      expect(made).toMatchObject([{ status: 'completed', conclusion: conclusionOf(place) }])
      expect(made[0]?.annotations).toEqual(
        expect.arrayContaining(
          Array.from({ length: (place % 4) * 49 }, (_, line) => expect.objectContaining({ start_line: line + 1 })),
        ),
      )
      expect(made[0]?.annotations).toHaveLength((place % 4) * 49)
    }
  })

  it.each(SEEDS)(
    'never shows another conclusion than its own, though requests are carried out late, seed %i',
    async (seed) => {
      const publication = (place: number): Publication => ({
        ...nothing,
        checkName: `Seaworthy / suite ${place}`,
        check: check('failure', (place % 4) * 49),
      })
      const { github, published } = await storm({ seed, climate: LATE, publication })
      for (const { conclusion } of github.checkRuns) expect([undefined, 'failure']).toContain(conclusion)
      for (const [place, { checkWritten }] of published.entries())
        if (checkWritten)
          expect(
            github.checkRuns.filter(
              ({ name, status }) => name === `Seaworthy / suite ${place}` && status === 'completed',
            ).length,
          ).toBeGreaterThan(0)
    },
  )
})
