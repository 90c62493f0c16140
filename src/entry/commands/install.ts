import { type EngineStatus, engineStatus } from '../../install/engine-status.ts'
import { installEngine } from '../../install/install-engine.ts'
import { installedObjects } from '../../install/objects/all.ts'
import { defaultInstallation, type Installation } from '../../install/objects/manifest.ts'
import type { PartState } from '../../install/readiness.ts'
import { findResidue } from '../../install/residue.ts'
import { toYaml } from '../../install/to-yaml.ts'
import { systemClock } from '../../kit/clock.ts'
import { parseDuration } from '../../kit/duration.ts'
import { SeaworthyError } from '../../kit/errors.ts'
import { VERSION } from '../../kit/version.ts'
import type { Leftover } from '../../model/ledger.ts'
import { listenForCancellation } from '../cancellation.ts'
import { clusterClient } from '../cluster-client.ts'
import type { Invocation } from '../invocation.ts'
import { lateProgress } from '../late-progress.ts'

const NOT_READY = 1

/** Installs or upgrades, or with `--dry-run` prints, or with `--check` looks. 0 when all is ready, and was waited for. */
export async function installCommand(invocation: Invocation): Promise<number> {
  const { flags } = invocation
  const installation = installationOf(flags)
  if (flags['dry-run']) return print(installation, invocation)
  return flags.check ? check(installation, invocation) : install(installation, invocation)
}

function installationOf(flags: Invocation['flags']): Installation {
  const standard = defaultInstallation(VERSION)
  return { ...standard, namespace: flags.namespace ?? standard.namespace, image: flags.image ?? standard.image }
}

function print(installation: Installation, { flags, json }: Invocation): number {
  const objects = installedObjects(installation)
  const asJson = json || flags.output === 'json'
  process.stdout.write(
    asJson ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)}\n` : toYaml(objects),
  )
  return 0
}

async function install(installation: Installation, { flags, json }: Invocation): Promise<number> {
  const waitMs = waitOf(flags)
  const client = await clusterClient(flags)
  const cancellation = listenForCancellation()
  const progress = lateProgress()
  try {
    const done = await installEngine(client, {
      installation,
      clock: systemClock,
      mode: 'apply',
      force: flags.force === 'true',
      waitMs,
      signal: cancellation.signal,
      onProgress: progress.tell,
    })
    const seconds = (done.waitedMs / 1_000).toFixed(1)
    const state = waitMs > 0 ? `ready after ${seconds} s` : `applied in ${seconds} s, not waited for`
    process.stdout.write(
      json
        ? `${JSON.stringify(done, null, 2)}\n`
        : `Seaworthy ${done.version} in namespace ${done.namespace}: ${state}\n`,
    )
    return 0
  } finally {
    progress.end()
    cancellation.dispose()
    client.close()
  }
}

/** Throws SeaworthyError('INPUT') for what is no duration. */
export function waitOf(flags: Invocation['flags']): number {
  const waitMs = parseDuration(flags.wait ?? '')
  if (waitMs !== undefined) return waitMs
  throw new SeaworthyError('INPUT', `${JSON.stringify(flags.wait)} is not a duration`, {
    remedy: 'Write it as `--wait 60s`; `--wait 0s` does not wait.',
  })
}

async function check(installation: Installation, { flags, json }: Invocation): Promise<number> {
  const client = await clusterClient(flags)
  try {
    const status = await engineStatus(client, installation.namespace)
    // Where it is installed, what carries our label is no residue but the installation itself.
    const residue = status.installed ? [] : await findResidue(client)
    process.stdout.write(
      json ? `${JSON.stringify({ own: VERSION, ...status, residue }, null, 2)}\n` : describe(status, residue),
    )
    return status.missing.length === 0 ? 0 : NOT_READY
  } finally {
    client.close()
  }
}

function describe(
  { installed, missing, daemons, controllers, liveFaults }: EngineStatus,
  residue: readonly Leftover[],
): string {
  const lines = [
    `own version:       ${VERSION}`,
    `installed version: ${installed ? `${installed.version} in namespace ${installed.namespace}${installed.partial ? ', half' : ''}` : 'none'}`,
    ...controllers.map((part) => `controller:        ${part.pod} on ${spokenPart(part)}`),
    ...daemons.map((part) => `daemon:            ${spokenPart(part)}`),
    ...(installed ? missing.map((what) => `not ready:         ${what}`) : []),
    ...liveFaults.map((fault) => `fault:             ${fault}`),
    ...residue.map(({ what, why }) => `left behind:       ${what}: ${why}`),
  ]
  return `${lines.join('\n')}\n`
}

function spokenPart({ node, version, ready, why }: PartState): string {
  return `${node ?? 'no node'}: ${ready ? 'ready' : `not ready: ${why}`}, version ${version ?? 'unknown'}`
}
