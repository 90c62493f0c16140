import { parseArgs } from 'node:util'
import { messageOf } from '../../src/kit/errors.ts'
import { kubeconfigOf } from './control/pki.ts'
import { bringDown } from './down.ts'
import { loadOwnImages } from './images/load.ts'
import { progress } from './progress.ts'
import { shapeOf } from './shape.ts'
import { describeClusters } from './status.ts'
import { bringUp } from './up.ts'

const USAGE = 'usage: node test/cluster/command.ts up|down|images [--number 0..9] | status'

/** What each command does; it returns the lines for standard output. */
const COMMANDS: Readonly<Record<string, (number: number) => Promise<readonly string[]> | readonly string[]>> = {
  up: async (number) => {
    await bringUp(number)
    return [kubeconfigOf(shapeOf(number), 'admin')]
  },
  down: async (number) => {
    const there = await bringDown(number)
    return [there ? `cluster ${number} is down` : `there is no cluster ${number}`]
  },
  images: async (number) => {
    await loadOwnImages(shapeOf(number))
    progress('images loaded')
    return []
  },
  status: () => describeClusters(),
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { number: { type: 'string', default: '0' } },
    allowPositionals: true,
  })
  const command = COMMANDS[positionals[0] ?? '']
  if (!command || positionals.length !== 1 || !/^\d$/.test(values.number)) throw new Error(USAGE)
  for (const line of await command(Number(values.number))) console.log(line)
}

try {
  await main()
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
