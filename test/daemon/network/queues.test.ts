import { expect, test } from 'vitest'
import { devicesIn } from '../../../src/daemon/network/devices.ts'
import { rootsIn } from '../../../src/daemon/network/timed-class.ts'

test('devices are read without their counters, and loopback is none', () => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0',
    '  eth0:      90       1    0    0    0     0          0         0       90       1    0    0    0     0       0          0',
    '   x;#:123 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0',
    '',
  ].join('\n')
  expect(devicesIn(text)).toEqual(['eth0', 'x;#'])
  expect(devicesIn('')).toEqual([])
})

test.each([
  ['nothing but the default', 'qdisc noqueue 0: dev eth0 root refcnt 2 ', 'default'],
  [
    'several queues of the kernel beneath its own',
    'qdisc mq 0: dev eth0 root \nqdisc fq_codel 0: dev eth0 parent :1',
    'default',
  ],
  [
    'our root',
    'qdisc htb f5ea: dev eth0 root refcnt 3 r2q 10 default 0\nqdisc blackhole 2: dev eth0 parent f5ea:2',
    'ours',
  ],
  ["somebody's htb", 'qdisc htb 1: dev eth0 root refcnt 2 r2q 10 default 0', 'foreign'],
  [
    "somebody's root and what it has at its entrance",
    'qdisc tbf 8001: dev eth0 root refcnt 2\nqdisc ingress ffff: dev eth0 parent ffff:fff1',
    'foreign',
  ],
  [
    'an entrance alone',
    'qdisc noqueue 0: dev eth0 root refcnt 2 \nqdisc clsact ffff: dev eth0 parent ffff:fff1',
    'default',
  ],
])('%s is told apart', (_, text, root) => {
  expect([...rootsIn(`qdisc noqueue 0: dev lo root refcnt 2 \n${text}\n`)]).toEqual([['eth0', root]])
})
