import { Agent, get as httpGet } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { seededRandom } from '../../../../src/kit/random.ts'
import type { LinkMatch, LinkRule } from '../../../../src/model/recipe.ts'
import { abort, bandwidth, delay, httpDelay, httpReplica, linked, partition, replace, until } from './harness.ts'

const RULES: readonly LinkRule[] = [
  delay(2, 'both', 2),
  bandwidth(100_000),
  partition('hang'),
  partition('hang', 'to-client'),
  partition('refuse'),
  abort(503, { share: 0.5 }),
  abort(undefined, { share: 0.2 }),
  httpDelay(3),
  replace({ status: 500, body: 'replaced' }, { share: 0.5 }),
  replace({ headers: { 'x-seen': 'yes' } }),
]
const MATCHES: readonly LinkMatch[] = [{}, { to: { workload: 'api', replicas: ['api-2'] } }]

test('through a storm of rules every answer is the service own or a rule of ours, and calm follows', async () => {
  const serve = (name: string) => httpReplica((asked, answer) => void answer.end(`own ${asked.url}`), name)
  const replicas = [await serve('api-1'), await serve('api-2')]
  const { links, link } = await linked(...replicas)
  const random = seededRandom(11)
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const ask = (path: string) =>
    new Promise<string>((resolve) => {
      httpGet({ agent, host: link.host, port: link.port, path }, (answer) => {
        text(answer).then(
          (body) => resolve(`${answer.statusCode} ${body}`),
          () => resolve('cut'),
        )
      }).on('error', () => resolve('cut'))
    })
  const answers: string[] = []
  let calm = false
  const users = Array.from({ length: 8 }, async (_, user) => {
    for (let count = 0; !calm; count += 1) {
      const path = `/${user}/${count}`
      const answer = await ask(path)
      answers.push(answer === `200 own ${path}` ? 'own' : answer)
    }
  })
  for (let change = 0; change < 150; change += 1) {
    const id = `rule ${Math.floor(random() * 4)}`
    if (random() < 0.5) links.removeRule(id)
    else
      links.setRule(
        id,
        MATCHES[Math.floor(random() * MATCHES.length)] ?? {},
        RULES[Math.floor(random() * RULES.length)] ?? delay(1),
      )
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  for (const { id } of links.rules()) links.removeRule(id)
  calm = true
  await Promise.all(users)
  expect(
    [...new Set(answers)]
      .sort()
      .filter((answer) => !['own', 'cut', '503 Service Unavailable\n', '500 replaced'].includes(answer)),
  ).toEqual([])
  expect(answers).toContain('own')
  agent.destroy()
  expect(await ask('/calm')).toBe('200 own /calm')
  agent.destroy()
  await until(() => replicas.every(({ sockets }) => sockets.size === 0))
})
