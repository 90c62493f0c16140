import { existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import * as core from '@actions/core'
import { systemClock } from '../../kit/clock.ts'
import { messageOf } from '../../kit/errors.ts'
import type { RunRequest } from '../../model/request.ts'
import { type Change, changeOf } from '../../publish/change.ts'
import { createGitHubClient, type GitHubClient } from '../../publish/github-client.ts'
import type { Patience } from '../../publish/persist.ts'
import type { PublishTarget } from '../../publish/publish-github.ts'
import { visibleLine } from '../../report/escape/text.ts'
import { truncateEnd } from '../../report/escape/truncate.ts'

/** What the runner tells an action about where it is. */
export interface ActionHost {
  readonly change: Change | undefined
  readonly token: string
  /** Hosts that a link in a report may lead to: that of an Enterprise Server. */
  readonly hosts: readonly string[]
}

/** For comment and check run together: a verdict never waits longer to be told. */
const PUBLISH_MS = 25_000
/** After a cancellation a runner waits 7.5 s in all before it becomes rude. */
const HURRIED_MS = 3_000
const LONGEST_SUITE_NAME = 100

export async function readHost(token: string): Promise<ActionHost> {
  return { change: changeOf(process.env, await readEvent(process.env.GITHUB_EVENT_PATH)), token, hosts: serverHosts() }
}

export function publishTarget({ change, token }: ActionHost, hurried = false): PublishTarget {
  return {
    connect: token ? (signal) => createGitHubClient(token, apiUrl(), signal) : undefined,
    change,
    summaryPath: process.env.GITHUB_STEP_SUMMARY,
    limitMs: hurried ? HURRIED_MS : PUBLISH_MS,
  }
}

/** To read with before a run, from now on for `limitMs` in all; undefined without a token. */
export function githubOf(
  { token }: ActionHost,
  limitMs: number = PUBLISH_MS,
): { readonly client: GitHubClient; readonly patience: Patience } | undefined {
  if (!token) return undefined
  const signal = AbortSignal.timeout(limitMs)
  const patience = { clock: systemClock, deadlineMs: systemClock.monotonic() + limitMs, signal }
  return { client: createGitHubClient(token, apiUrl(), signal), patience }
}

function apiUrl(): string {
  return process.env.GITHUB_API_URL || 'https://api.github.com'
}

/**
 * `Seaworthy / checkout`: what branch protection asks for by name. A shard's is another, `Seaworthy / checkout (2/3)`,
 * so that no part can be taken for the whole.
 */
export function checkNameOf(prefix: string, suite: string, shard?: RunRequest['shard']): string {
  const part = shard ? ` (${shard.index}/${shard.count})` : ''
  return `${visibleLine(prefix)} / ${truncateEnd(visibleLine(suite), LONGEST_SUITE_NAME)}${part}`
}

/**
 * A file's path from the root of the repository that it was checked out from, as annotations need it: the nearest folder
 * above it that holds `.git`, else the workspace. As given where it lies in neither.
 */
export async function repositoryFile(file: string): Promise<string> {
  try {
    const path = await realpath(resolve(file))
    const root = repositoryRoot(dirname(path)) ?? (await realpath(process.env.GITHUB_WORKSPACE ?? '.'))
    const inside = relative(root, path)
    return inside.startsWith(`..${sep}`) ? file : inside.replaceAll(sep, '/')
  } catch {
    return file
  }
}

function repositoryRoot(folder: string): string | undefined {
  if (existsSync(resolve(folder, '.git'))) return folder
  return dirname(folder) === folder ? undefined : repositoryRoot(dirname(folder))
}

function serverHosts(): readonly string[] {
  const server = process.env.GITHUB_SERVER_URL ?? ''
  return URL.canParse(server) ? [new URL(server).host] : []
}

/** The event's payload, or nothing where there is none: then there is no pull request to write to. */
export async function readEvent(path: string | undefined): Promise<unknown> {
  if (!path) return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    core.warning(`The event of this run could not be read: ${messageOf(error)}`)
    return undefined
  }
}
