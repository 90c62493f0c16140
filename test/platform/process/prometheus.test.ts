import { expect, test } from 'vitest'
import { exec } from '../../../src/kit/exec.ts'
import { checkProcessPlatform } from '../../../src/platform/process/check.ts'
import { INSTALLED, service, suiteOf, until, withPlatform } from './support.ts'

const suite = suiteOf([service('web', { replicas: 2, metrics: '/metrics' }), service('api')], {
  name: 'shop',
  prometheus: INSTALLED,
})
const installed = await exec('prometheus', ['--version']).then(
  ({ exitCode }) => exitCode === 0,
  () => false,
)

test('the check says whether there is a Prometheus', async () => {
  const messages = (await checkProcessPlatform(suite)).map(({ message }) => message)
  expect(messages).toEqual(installed ? [] : [expect.stringContaining('needs the program prometheus')])
})

test.runIf(installed)(
  'a Prometheus of its own scrapes every replica that has metrics, and follows the scaling',
  async () => {
    await withPlatform(suite, async ({ platform }) => {
      const replicas = async () => {
        const url = `${platform.prometheusUrl()}/api/v1/query?query=${encodeURIComponent('up{service="web",namespace="shop"} == 1')}`
        const { data } = (await (await fetch(url)).json()) as {
          data: { result: readonly { metric: { replica: string } }[] }
        }
        return data.result
          .map(({ metric }) => metric.replica)
          .sort()
          .join(' ')
      }
      await until(async () => (await replicas()) === 'web-1 web-2')
      await platform.executor.run({ do: 'scale', workload: 'web', replicas: 3 })
      await until(async () => (await replicas()) === 'web-1 web-2 web-3')
      expect((await platform.snapshot()).replicas.map(({ replica }) => replica)).toEqual([
        'web-1',
        'web-2',
        'web-3',
        'api-1',
      ])
    })
  },
)
