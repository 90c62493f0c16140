import { join } from 'node:path'
import { serviceNameFrom } from './quote.ts'
import { documentsOf, membersOf, readSmall } from './read-small.ts'

export interface FoundService {
  readonly name: string
  readonly command: string
  readonly uses: readonly string[]
  /** Whether it is known to listen on PORT; others are written as comments. */
  readonly listens: boolean
}

export interface Found {
  readonly services: readonly FoundService[]
  readonly notes: readonly string[]
}

/** How this project starts, from the first of Procfile, package.json and compose file that says so. */
export async function findServices(folder: string): Promise<Found> {
  for (const find of [fromProcfile, fromPackage, fromCompose]) {
    const found = await find(folder)
    if (found.services.length > 0 || found.notes.length > 0) return found
  }
  return { services: [], notes: [] }
}

const PROCFILE_LINE = /^([A-Za-z0-9_-]+):\s*(\S.*)$/

/** By the convention of Procfiles `web` listens on PORT, other processes on nothing, and `release` runs once. */
async function fromProcfile(folder: string): Promise<Found> {
  const text = await readSmall(join(folder, 'Procfile'))
  const lines = (text ?? '').split('\n').map((line) => PROCFILE_LINE.exec(line.trim()))
  const services: FoundService[] = []
  for (const match of lines) {
    const [, process = '', command = ''] = match ?? []
    if (process === '' || process === 'release') continue
    services.push({
      name: serviceNameFrom(
        process,
        services.map(({ name }) => name),
      ),
      command,
      uses: [],
      listens: process === 'web',
    })
  }
  return { services, notes: services.length > 0 ? ['Services are from the Procfile.'] : [] }
}

const SCRIPTS = ['start', 'serve', 'dev']

async function fromPackage(folder: string): Promise<Found> {
  const scripts = membersOf(membersOf(documentsOf((await readSmall(join(folder, 'package.json'))) ?? '')[0]).scripts)
  const script = SCRIPTS.find((name) => typeof scripts[name] === 'string')
  if (script === undefined) return { services: [], notes: [] }
  const command = script === 'start' ? 'npm start' : `npm run ${script}`
  return {
    services: [{ name: 'web', command, uses: [], listens: true }],
    notes: [`The service web is the script ${script} of package.json.`],
  }
}

const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/** Services that say their command; those that are only an image cannot be started as a process. */
async function fromCompose(folder: string): Promise<Found> {
  for (const file of COMPOSE_FILES) {
    const written = Object.entries(
      membersOf(membersOf(documentsOf((await readSmall(join(folder, file))) ?? '')[0]).services),
    )
    if (written.length === 0) continue
    const names = new Map<string, string>()
    for (const [name, service] of written)
      if (commandOf(service) !== undefined) names.set(name, serviceNameFrom(name, [...names.values()]))
    const services = written.flatMap(([written, service]) => {
      const [name, command] = [names.get(written), commandOf(service)]
      return name === undefined || command === undefined
        ? []
        : [{ name, command, uses: dependencies(service).flatMap((used) => names.get(used) ?? []), listens: true }]
    })
    const left = written.length - services.length
    const from = services.length > 0 ? [`Services are those of ${file} that have a command.`] : []
    return {
      services,
      notes:
        left > 0
          ? [
              ...from,
              `${left} of ${written.length} services of ${file} are only an image; add how they start as a process to use them.`,
            ]
          : from,
    }
  }
  return { services: [], notes: [] }
}

function commandOf(service: unknown): string | undefined {
  const command = membersOf(service).command
  if (typeof command === 'string' && command.trim() !== '') return command
  return Array.isArray(command) && command.length > 0
    ? command.map((word) => shellWord(String(word))).join(' ')
    : undefined
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function dependencies(service: unknown): readonly string[] {
  const written = membersOf(service).depends_on
  return Array.isArray(written) ? written.map(String) : Object.keys(membersOf(written))
}
