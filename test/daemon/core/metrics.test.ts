import { expect, test } from 'vitest'
import { metricsText } from '../../../src/daemon/metrics/metrics-text.ts'
import { setting, until } from './setting.ts'

test('metrics say what is on, what was asked for and what was counted', async () => {
  const world = await setting()
  const { daemon } = await world.daemon()
  world.kernel.packets = 3
  const name = await world.fault('cut', ['web'], { parameters: { strength: 2 } })
  await until('it was read', () => world.record(name)?.under?.matched)
  const at = `http://127.0.0.1:${daemon.metricsPort}`
  const text = await (await fetch(`${at}/metrics`)).text()
  const labels = `namespace="shop",fault="${name}",type="cut",run=""`
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'seaworthy_faults{type="cut",phase="Injected"} 1',
      `seaworthy_fault_packets_matched{${labels}} 3`,
      `seaworthy_fault_asked{${labels},parameter="strength"} 2`,
      'seaworthy_daemon_targets 1',
      'seaworthy_daemon_journal_entries 1',
    ]),
  )
  expect((await fetch(`${at}/healthz`)).status).toBe(200)
  expect((await fetch(`${at}/readyz`)).status).toBe(200)
  const abilities = await fetch(`${at}/abilities`)
  expect(abilities.headers.get('content-type')).toBe('application/json')
  expect(await abilities.json()).toMatchObject({ nft: expect.any(Boolean), kernel: expect.any(String) })
  expect((await fetch(`${at}/else`)).status).toBe(404)
})

test('labels cannot break out of their quotes', () => {
  const samples = [{ labels: { fault: 'a"} 1\nup 0 \\' }, value: 1 }]
  expect(metricsText([{ name: 'm', help: 'h', type: 'gauge', samples }])).toBe(
    '# HELP m h\n# TYPE m gauge\nm{fault="a\\"} 1\\nup 0 \\\\"} 1\n',
  )
})
