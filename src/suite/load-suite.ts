import { closeSync, openSync, readSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SeaworthyError, SuiteError } from '../kit/errors.ts'
import type { Suite, SystemSpec, TrafficSpec } from '../model/suite.ts'
import type { Environment } from './document/expand.ts'
import { MOST_BYTES } from './document/read-document.ts'
import { parseSuite } from './parse-suite.ts'

/**
 * Reads and parses a suite; its relative paths become absolute against the suite's folder.
 * Throws SuiteError for mistakes in it and SeaworthyError('INPUT') where it cannot be read.
 */
export async function loadSuite(path: string, environment: Environment): Promise<Suite> {
  return suiteFromText(decode(readBounded(path), path), path, environment)
}

/** The same from a text that was read elsewhere, as if it stood in this file. */
export function suiteFromText(text: string, path: string, environment: Environment): Suite {
  const suite = parseSuite({ text, file: path, environment })
  const folder = dirname(resolve(path))
  // Not a copy, which would ask for the digest that only some commands need.
  return Object.assign(suite, {
    system: absoluteSystem(suite.system, folder),
    traffic: absoluteTraffic(suite.traffic, folder),
  })
}

/** At most one byte more than a suite may have: a device or a pipe has no size to ask for. */
function readBounded(path: string): Buffer {
  try {
    const file = openSync(path, 'r')
    try {
      return readStart(file, MOST_BYTES + 1)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : 'it cannot be read'
    const remedy =
      code === 'ENOENT' ? 'Name the suite, or run `seaworthy init` to write one.' : 'Name the YAML file itself.'
    throw new SeaworthyError('INPUT', `cannot read the suite ${path}: ${why}`, { cause, target: path, remedy })
  }
}

function readStart(file: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  let length = 0
  while (length < bytes) {
    const read = readSync(file, buffer, length, bytes - length, null)
    if (read === 0) break
    length += read
  }
  return buffer.subarray(0, length)
}

function decode(bytes: Buffer, file: string): string {
  const whole = (message: string, remedy: string) =>
    new SuiteError(file, [{ line: 1, column: 1, path: '', message, remedy }])
  if (bytes.length > MOST_BYTES)
    throw whole(
      `the file has more than ${MOST_BYTES} bytes (256 KiB), the most that a suite may have`,
      'Split it into several suites.',
    )
  try {
    // The mark at the start is kept, so that the digest is that of the file.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw whole('this is not text in UTF-8', 'Save the file as UTF-8, or name the YAML file, such as seaworthy.yaml.')
  }
}

function absoluteSystem(system: SystemSpec, folder: string): SystemSpec {
  if (system.platform === 'process') {
    return {
      ...system,
      services: system.services.map((service) => ({ ...service, directory: resolve(folder, service.directory) })),
    }
  }
  const { deploy } = system
  return deploy
    ? { ...system, deploy: { ...deploy, manifests: deploy.manifests.map((manifest) => resolve(folder, manifest)) } }
    : system
}

function absoluteTraffic(traffic: TrafficSpec, folder: string): TrafficSpec {
  if (traffic.kind === 'k6') return { ...traffic, script: resolve(folder, traffic.script) }
  if (traffic.kind !== 'job' || traffic.manifest === undefined) return traffic
  return { ...traffic, manifest: resolve(folder, traffic.manifest) }
}
